#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "talk.h"

// Takes requests into a network namespace and brings back the answers, on a thread of its own: setns(2) moves one thread,
// and none that runs JavaScript, or that libuv may hand other work to, is ever seen in a foreign namespace.
//
// Nothing of it stays inside: a socket, a descriptor or a thread there would keep the namespace alive when it is deleted,
// and with it the other ends of its links.
class Courier {
 public:
  Courier() = default;
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  struct Errand {
    // Where the namespace is found (/run/netns/NAME), and which one it has to be (SO_NETNS_COOKIE): ESTALE for another.
    // Without a path it is the caller's own, whatever the cookie.
    std::string path;
    uint64_t cookie = 0;
    // NETLINK_ROUTE is 0.
    int protocol = 0;
    // The port the requests are to come from, which their notices name; another where somebody inside has it.
    uint32_t port = 0;
    // An ioctl on the link of that name instead: the requests are what ifr_data points to, the answers what that is afterwards.
    unsigned long ioctl = 0;
    std::string link;
    Talk talk;
  };

  // Waits until the errand is run; its talk says what came of it.
  void Run(Errand& errand);

 private:
  void Work();
  static void Travel(Errand& errand, int home);
  static void Visit(Errand& errand);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread thread_;
  Errand* errand_ = nullptr;
  bool ended_ = false;
};
