#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "descriptor.h"

// Sends on a netlink socket from a thread of its own, in the order given: the kernel does the work of a request inside
// sendmsg, and whoever gave it has something better to do meanwhile.
class Aside {
 public:
  explicit Aside(std::shared_ptr<Descriptor> socket) : socket_(std::move(socket)) {}
  // Waits for what the kernel is at; what it has not begun with is not sent.
  ~Aside();
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

  void Send(const uint8_t* bytes, size_t length);
  // Waits for the oldest that was not asked for yet: the bytes sent, or -errno; nothing if there is none.
  std::optional<ssize_t> Join();

 private:
  void Work();

  const std::shared_ptr<Descriptor> socket_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread thread_;
  std::deque<std::vector<uint8_t>> waiting_;
  std::deque<ssize_t> sent_;
  bool sending_ = false;
  bool ended_ = false;
};

// Sends to the kernel: the bytes sent, or -errno. rtnetlink does its work meanwhile, which may take long.
ssize_t SendToKernel(int socket, const uint8_t* bytes, size_t length);
