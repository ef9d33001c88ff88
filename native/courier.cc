#include "courier.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "descriptor.h"
#include "netns-cookie.h"
#include "signals-held.h"

namespace {

constexpr char kOwn[] = "/proc/thread-self/ns/net";

void Fail(Talk& talk, const char* call) {
  talk.error = -errno;
  talk.call = call;
}

int OpenSocket(int protocol, uint32_t port) {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
  if (fd < 0) return -1;
  const int yes = 1;
  for (const int option : {NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK}) {
    setsockopt(fd, SOL_NETLINK, option, &yes, sizeof yes);
  }
  sockaddr_nl own = {};
  own.nl_family = AF_NETLINK;
  own.nl_pid = port;
  // Without it the kernel chooses a port at the first request.
  bind(fd, reinterpret_cast<sockaddr*>(&own), sizeof own);
  return fd;
}

// Any socket's ioctl of a device goes to the device (sock_do_ioctl in net/socket.c), also that of a netlink socket.
void CallDevice(int socket, const Courier::Errand& errand, Talk& talk) {
  ifreq request = {};
  if (errand.link.size() >= sizeof request.ifr_name) {
    errno = EINVAL;
    return Fail(talk, "ioctl");
  }
  std::memcpy(request.ifr_name, errand.link.data(), errand.link.size());
  talk.answers = talk.requests;
  request.ifr_data = reinterpret_cast<char*>(talk.answers.data());
  if (ioctl(socket, errand.ioctl, &request) != 0) Fail(talk, "ioctl");
}

}  // namespace

Courier::~Courier() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Courier::Run(Errand& errand) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!thread_.joinable()) {
    const SignalsHeld held;
    thread_ = std::thread([this] { Work(); });
  }
  errand_ = &errand;
  changed_.notify_all();
  changed_.wait(lock, [this] { return errand_ == nullptr; });
}

void Courier::Work() {
  const Descriptor home(open(kOwn, O_RDONLY | O_CLOEXEC));
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ended_ || errand_ != nullptr; });
    if (ended_) return;
    Errand& errand = *errand_;
    lock.unlock();
    Travel(errand, home.get());
    lock.lock();
    errand_ = nullptr;
    changed_.notify_all();
  }
}

void Courier::Travel(Errand& errand, int home) {
  if (errand.path.empty()) return Visit(errand);
  const Descriptor there(open(errand.path.c_str(), O_RDONLY | O_CLOEXEC));
  if (home < 0 || there.get() < 0) return Fail(errand.talk, "open");
  if (setns(there.get(), CLONE_NEWNET) != 0) return Fail(errand.talk, "setns");
  Visit(errand);
  // A thread that cannot come home would keep the namespace, and do the next errand in the wrong one.
  if (setns(home, CLONE_NEWNET) != 0) abort();
}

void Courier::Visit(Errand& errand) {
  const Descriptor socket(OpenSocket(errand.protocol, errand.port));
  if (socket.get() < 0) return Fail(errand.talk, "socket");
  uint64_t cookie = 0;
  socklen_t length = sizeof cookie;
  if (getsockopt(socket.get(), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length) != 0) return Fail(errand.talk, "getsockopt");
  if (cookie != errand.cookie && !errand.path.empty()) {
    errno = ESTALE;
    return Fail(errand.talk, "getsockopt");
  }
  if (errand.ioctl != 0) return CallDevice(socket.get(), errand, errand.talk);
  errand.talk.Run(socket.get(), -1);
}
