#include "talk.h"

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

namespace {

// The answers to one system call's worth of requests must fit the receive buffer, where each costs about
// 1 KiB, or the copy of a refused request: the kernel queues them all before the call returns.
constexpr size_t kRequestsACall = 64;
constexpr size_t kBytesACall = 16 * 1024;
// The kernel makes no answer larger than 32 KiB (max_recvmsg_len in af_netlink.c), but for a single message.
constexpr size_t kAnswerBytes = 256 * 1024;

double Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

nlmsghdr HeaderAt(const std::vector<uint8_t>& bytes, size_t at) {
  nlmsghdr header;
  std::memcpy(&header, bytes.data() + at, sizeof header);
  return header;
}

// Where the message at `at` ends, padding included; 0 if no whole message stands there.
size_t MessageEnd(const std::vector<uint8_t>& bytes, size_t at) {
  if (bytes.size() - at < sizeof(nlmsghdr)) return 0;
  const size_t length = HeaderAt(bytes, at).nlmsg_len;
  if (length < sizeof(nlmsghdr) || length > bytes.size() - at) return 0;
  return std::min(at + NLMSG_ALIGN(length), bytes.size());
}

class Talking {
 public:
  Talking(Talk& talk, int socket, int cancel) : talk_(talk), socket_(socket), cancel_(cancel) {}

  void Run() {
    ends_ = Now() + talk_.deadline;
    talk_.room.resize(kAnswerBytes);
    for (size_t at = 0; at < talk_.requests.size() && talk_.error == 0;) {
      const size_t end = EndOfCall(at);
      if (end == 0) {
        Fail(EINVAL, "sendmsg");
        break;
      }
      Send(at, end);
      while (talk_.error == 0 && !awaited_.empty()) ReceiveOne();
      at = end;
    }
  }

 private:
  void Fail(int error, const char* call) {
    talk_.error = -error;
    talk_.call = call;
  }

  // How far the next system call goes; notes which of its requests will be acknowledged. 0: malformed.
  size_t EndOfCall(size_t at) {
    const size_t begin = at;
    for (size_t count = 0; at < talk_.requests.size() && count < kRequestsACall; ++count) {
      const size_t end = MessageEnd(talk_.requests, at);
      if (end == 0) return 0;
      if (count > 0 && end - begin > kBytesACall) break;
      const nlmsghdr header = HeaderAt(talk_.requests, at);
      if (header.nlmsg_flags & NLM_F_ACK) awaited_.push_back(header.nlmsg_seq);
      at = end;
    }
    return at;
  }

  void Send(size_t at, size_t end) {
    pollfd cancelled = {cancel_, POLLIN, 0};
    if (cancel_ >= 0 && poll(&cancelled, 1, 0) > 0) return Fail(ECANCELED, "sendmsg");
    if (Now() >= ends_) return Fail(ETIMEDOUT, "sendmsg");
    sockaddr_nl kernel = {};
    kernel.nl_family = AF_NETLINK;
    ssize_t sent;
    do {
      sent = sendto(socket_, talk_.requests.data() + at, end - at, 0, reinterpret_cast<sockaddr*>(&kernel),
                    sizeof kernel);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) Fail(errno, "sendmsg");
  }

  void ReceiveOne() {
    sockaddr_nl from = {};
    socklen_t from_length = sizeof from;
    const ssize_t length = recvfrom(socket_, talk_.room.data(), talk_.room.size(), MSG_DONTWAIT | MSG_TRUNC,
                                    reinterpret_cast<sockaddr*>(&from), &from_length);
    if (length < 0) {
      if (errno == EAGAIN) return WaitForAnswer();
      if (errno != EINTR) Fail(errno, "recvmsg");
      return;
    }
    if (from.nl_pid != 0) return;
    if (static_cast<size_t>(length) > talk_.room.size()) return Fail(EMSGSIZE, "recvmsg");
    Keep(static_cast<size_t>(length));
  }

  void Keep(size_t length) {
    const size_t begin = talk_.answers.size();
    talk_.answers.insert(talk_.answers.end(), talk_.room.begin(), talk_.room.begin() + static_cast<ptrdiff_t>(length));
    for (size_t at = begin; at < talk_.answers.size();) {
      const size_t end = MessageEnd(talk_.answers, at);
      if (end == 0) return Fail(EBADMSG, "recvmsg");
      const nlmsghdr header = HeaderAt(talk_.answers, at);
      // A dump is answered by NLMSG_DONE even where an acknowledgement was asked for.
      if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) {
        const auto found = std::find(awaited_.begin(), awaited_.end(), header.nlmsg_seq);
        if (found != awaited_.end()) awaited_.erase(found);
      }
      at = end;
    }
    talk_.answers.resize(NLMSG_ALIGN(talk_.answers.size()));
  }

  void WaitForAnswer() {
    const double left = ends_ - Now();
    if (left <= 0) return Fail(ETIMEDOUT, "recvmsg");
    pollfd ready[2] = {{socket_, POLLIN, 0}, {cancel_, POLLIN, 0}};
    const int count = poll(ready, 2, std::isinf(left) ? -1 : static_cast<int>(std::min(std::ceil(left), 1e9)));
    if (count < 0 && errno != EINTR) return Fail(errno, "poll");
    if (ready[1].revents != 0) Fail(ECANCELED, "poll");
  }

  Talk& talk_;
  const int socket_;
  const int cancel_;
  double ends_ = 0;
  std::vector<uint32_t> awaited_;
};

}  // namespace

void Talk::Run(int socket, int cancel) { Talking(*this, socket, cancel).Run(); }
