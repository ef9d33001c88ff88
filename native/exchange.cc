#include "exchange.h"

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <new>

#include "netlink-socket.h"

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

class Exchange {
 public:
  // Runs on the pool's thread: touches nothing of JavaScript.
  void Run() {
    const double begun = Now();
    ends_ = begun + deadline_;
    received_.resize(kAnswerBytes);
    for (size_t at = 0; at < requests_.size() && error_ == 0;) {
      const size_t end = EndOfCall(at);
      if (end == 0) {
        Fail(EINVAL, "sendmsg");
        break;
      }
      Send(at, end);
      while (error_ == 0 && !awaited_.empty()) ReceiveOne();
      at = end;
    }
  }

  void Complete(napi_env env) {
    napi_handle_scope scope;
    if (napi_open_handle_scope(env, &scope) != napi_ok) return;
    napi_value self;
    if (napi_get_reference_value(env, self_, &self) == napi_ok && self != nullptr) owner_->ExchangeEnded();
    napi_value result, error, call, buffer, answers;
    void* data = nullptr;
    // At the end of a worker JavaScript can no longer be called; each of these fails then, and nobody waits.
    if (napi_create_object(env, &result) == napi_ok && napi_create_int32(env, error_, &error) == napi_ok &&
        napi_create_string_utf8(env, call_, NAPI_AUTO_LENGTH, &call) == napi_ok &&
        napi_create_arraybuffer(env, answers_.size(), &data, &buffer) == napi_ok &&
        napi_create_typedarray(env, napi_uint8_array, answers_.size(), buffer, 0, &answers) == napi_ok) {
      if (!answers_.empty()) std::memcpy(data, answers_.data(), answers_.size());
      napi_set_named_property(env, result, "error", error);
      napi_set_named_property(env, result, "call", call);
      napi_set_named_property(env, result, "answers", answers);
      napi_resolve_deferred(env, deferred_, result);
    }
    napi_delete_reference(env, self_);
    napi_delete_async_work(env, work_);
    napi_close_handle_scope(env, scope);
  }

  NetlinkSocket* owner_ = nullptr;
  std::shared_ptr<Descriptor> socket_;
  std::shared_ptr<Descriptor> cancel_;
  std::vector<uint8_t> requests_;
  double deadline_ = 0;
  napi_ref self_ = nullptr;
  napi_deferred deferred_ = nullptr;
  napi_async_work work_ = nullptr;

 private:
  void Fail(int error, const char* call) {
    error_ = -error;
    call_ = call;
  }

  // How far the next system call goes; notes which of its requests will be acknowledged. 0: malformed.
  size_t EndOfCall(size_t at) {
    const size_t begin = at;
    for (size_t count = 0; at < requests_.size() && count < kRequestsACall; ++count) {
      const size_t end = MessageEnd(requests_, at);
      if (end == 0) return 0;
      if (count > 0 && end - begin > kBytesACall) break;
      const nlmsghdr header = HeaderAt(requests_, at);
      if (header.nlmsg_flags & NLM_F_ACK) awaited_.push_back(header.nlmsg_seq);
      at = end;
    }
    return at;
  }

  void Send(size_t at, size_t end) {
    pollfd cancelled = {cancel_->get(), POLLIN, 0};
    if (poll(&cancelled, 1, 0) > 0) return Fail(ECANCELED, "sendmsg");
    if (Now() >= ends_) return Fail(ETIMEDOUT, "sendmsg");
    sockaddr_nl kernel = {};
    kernel.nl_family = AF_NETLINK;
    ssize_t sent;
    do {
      sent = sendto(socket_->get(), requests_.data() + at, end - at, 0, reinterpret_cast<sockaddr*>(&kernel),
                    sizeof kernel);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) Fail(errno, "sendmsg");
  }

  void ReceiveOne() {
    sockaddr_nl from = {};
    socklen_t from_length = sizeof from;
    const ssize_t length = recvfrom(socket_->get(), received_.data(), received_.size(), MSG_DONTWAIT | MSG_TRUNC,
                                    reinterpret_cast<sockaddr*>(&from), &from_length);
    if (length < 0) {
      if (errno == EAGAIN) return WaitForAnswer();
      if (errno != EINTR) Fail(errno, "recvmsg");
      return;
    }
    if (from.nl_pid != 0) return;
    if (static_cast<size_t>(length) > received_.size()) return Fail(EMSGSIZE, "recvmsg");
    Keep(static_cast<size_t>(length));
  }

  void Keep(size_t length) {
    const size_t begin = answers_.size();
    answers_.insert(answers_.end(), received_.begin(), received_.begin() + static_cast<ptrdiff_t>(length));
    for (size_t at = begin; at < answers_.size();) {
      const size_t end = MessageEnd(answers_, at);
      if (end == 0) return Fail(EBADMSG, "recvmsg");
      const nlmsghdr header = HeaderAt(answers_, at);
      // A dump is answered by NLMSG_DONE even where an acknowledgement was asked for.
      if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) {
        const auto found = std::find(awaited_.begin(), awaited_.end(), header.nlmsg_seq);
        if (found != awaited_.end()) awaited_.erase(found);
      }
      at = end;
    }
    answers_.resize(NLMSG_ALIGN(answers_.size()));
  }

  void WaitForAnswer() {
    const double left = ends_ - Now();
    if (left <= 0) return Fail(ETIMEDOUT, "recvmsg");
    pollfd ready[2] = {{socket_->get(), POLLIN, 0}, {cancel_->get(), POLLIN, 0}};
    const int count = poll(ready, 2, std::isinf(left) ? -1 : static_cast<int>(std::min(std::ceil(left), 1e9)));
    if (count < 0 && errno != EINTR) return Fail(errno, "poll");
    if (ready[1].revents != 0) Fail(ECANCELED, "poll");
  }

  double ends_ = 0;
  int error_ = 0;
  const char* call_ = "";
  std::vector<uint32_t> awaited_;
  std::vector<uint8_t> received_;
  std::vector<uint8_t> answers_;
};

}  // namespace

Napi::Value StartExchange(Napi::Env env, NetlinkSocket* owner, std::shared_ptr<Descriptor> socket,
                          std::shared_ptr<Descriptor> cancel, const uint8_t* requests, size_t length,
                          double deadline) {
  auto* exchange = new Exchange;
  exchange->owner_ = owner;
  exchange->socket_ = std::move(socket);
  exchange->cancel_ = std::move(cancel);
  exchange->requests_.assign(requests, requests + length);
  exchange->deadline_ = deadline;

  napi_value promise, name;
  napi_create_promise(env, &exchange->deferred_, &promise);
  napi_create_string_utf8(env, "vnetd:exchange", NAPI_AUTO_LENGTH, &name);
  // The owner is kept from being collected for as long as its descriptor is in use.
  napi_create_reference(env, owner->Value(), 1, &exchange->self_);
  napi_create_async_work(
      env, nullptr, name, [](napi_env, void* data) { static_cast<Exchange*>(data)->Run(); },
      [](napi_env ended_in, napi_status, void* data) {
        auto* ended = static_cast<Exchange*>(data);
        ended->Complete(ended_in);
        delete ended;
      },
      exchange, &exchange->work_);
  napi_queue_async_work(env, exchange->work_);
  return Napi::Value(env, promise);
}
