#include "aside.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "signals-held.h"

ssize_t SendToKernel(int socket, const uint8_t* bytes, size_t length) {
  sockaddr_nl kernel = {};
  kernel.nl_family = AF_NETLINK;
  ssize_t sent;
  do {
    sent = sendto(socket, bytes, length, 0, reinterpret_cast<sockaddr*>(&kernel), sizeof kernel);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : sent;
}

Aside::~Aside() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Aside::Send(const uint8_t* bytes, size_t length) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!thread_.joinable()) {
    const SignalsHeld held;
    thread_ = std::thread([this] { Work(); });
  }
  waiting_.emplace_back(bytes, bytes + length);
  changed_.notify_all();
}

std::optional<ssize_t> Aside::Join() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !sent_.empty() || (waiting_.empty() && !sending_); });
  if (sent_.empty()) return std::nullopt;
  const ssize_t sent = sent_.front();
  sent_.pop_front();
  return sent;
}

void Aside::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
    if (ended_) return;
    const std::vector<uint8_t> bytes = std::move(waiting_.front());
    waiting_.pop_front();
    sending_ = true;
    lock.unlock();
    const ssize_t sent = SendToKernel(socket_->get(), bytes.data(), bytes.size());
    lock.lock();
    sending_ = false;
    sent_.push_back(sent);
    changed_.notify_all();
  }
}
