#include "netlink-socket.h"

#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "arguments.h"
#include "exchange.h"
#include "namespace.h"
#include "watcher.h"

namespace {

// More than a few datagrams a call save nothing more, and the headers for them are kept.
constexpr size_t kDatagramsACall = 128;
Outcome OpenBound(void* argument) {
  const int protocol = *static_cast<int*>(argument);
  Descriptor fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
  if (fd.get() < 0) return {-errno, "socket"};
  sockaddr_nl own = {};
  own.nl_family = AF_NETLINK;
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&own), sizeof own) != 0) return {-errno, "bind"};
  return {fd.release(), nullptr};
}

int NamespaceId(msghdr* header) {
  for (cmsghdr* note = CMSG_FIRSTHDR(header); note != nullptr; note = CMSG_NXTHDR(header, note)) {
    if (note->cmsg_level == SOL_NETLINK && note->cmsg_type == NETLINK_LISTEN_ALL_NSID) {
      int id;
      std::memcpy(&id, CMSG_DATA(note), sizeof id);
      return id;
    }
  }
  return -1;
}

}  // namespace

struct NetlinkSocket::Slot {
  iovec place;
  sockaddr_nl from;
  alignas(cmsghdr) char notes[CMSG_SPACE(sizeof(int))];
};

Napi::Function NetlinkSocket::Define(Napi::Env env) {
  return DefineClass(env, "NetlinkSocket",
                     {
                         InstanceMethod<&NetlinkSocket::Open>("open"),
                         InstanceMethod<&NetlinkSocket::FailedCall>("failedCall"),
                         InstanceMethod<&NetlinkSocket::Fd>("fd"),
                         InstanceMethod<&NetlinkSocket::PortId>("portId"),
                         InstanceMethod<&NetlinkSocket::SetOption>("setOption"),
                         InstanceMethod<&NetlinkSocket::Filter>("filter"),
                         InstanceMethod<&NetlinkSocket::Send>("send"),
                         InstanceMethod<&NetlinkSocket::SendAside>("sendAside"),
                         InstanceMethod<&NetlinkSocket::JoinSend>("joinSend"),
                         InstanceMethod<&NetlinkSocket::Receive>("receive"),
                         InstanceMethod<&NetlinkSocket::Wait>("wait"),
                         InstanceMethod<&NetlinkSocket::Drops>("drops"),
                         InstanceMethod<&NetlinkSocket::Watch>("watch"),
                         InstanceMethod<&NetlinkSocket::Keep>("keep"),
                         InstanceMethod<&NetlinkSocket::Exchange>("exchange"),
                         InstanceMethod<&NetlinkSocket::MarkWaits>("markWaits"),
                         InstanceMethod<&NetlinkSocket::UseReflexes>("useReflexes"),
                         InstanceMethod<&NetlinkSocket::Arm>("arm"),
                         InstanceMethod<&NetlinkSocket::Disarm>("disarm"),
                         InstanceMethod<&NetlinkSocket::Reach>("reach"),
                         InstanceMethod<&NetlinkSocket::Unreach>("unreach"),
                         InstanceMethod<&NetlinkSocket::Close>("close"),
                     });
}

NetlinkSocket::NetlinkSocket(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NetlinkSocket>(info) {}

NetlinkSocket::~NetlinkSocket() { Release(); }

int NetlinkSocket::Unusable() const {
  if (descriptor_ == nullptr) return -EBADF;
  return exchange_cancel_ == nullptr ? 0 : -EBUSY;
}

void NetlinkSocket::Release() {
  if (watcher_ != nullptr) watcher_->Stop();
  if (exchange_cancel_ != nullptr) eventfd_write(exchange_cancel_->get(), 1);
  aside_.reset();
  descriptor_.reset();
}

Napi::Value NetlinkSocket::Open(const Napi::CallbackInfo& info) {
  if (descriptor_ != nullptr) return Napi::Number::New(info.Env(), -EBUSY);
  int protocol = TakeInt(info[0], -1);
  const Outcome opened = InNamespace(TakeInt(info[1], -1), OpenBound, &protocol);
  if (opened.value < 0) {
    failed_call_ = opened.syscall;
    return Napi::Number::New(info.Env(), static_cast<double>(opened.value));
  }
  descriptor_ = std::make_shared<Descriptor>(static_cast<int>(opened.value));
  return Napi::Number::New(info.Env(), 0);
}

Napi::Value NetlinkSocket::FailedCall(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), failed_call_);
}

Napi::Value NetlinkSocket::Fd(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), descriptor_ == nullptr ? -1 : descriptor_->get());
}

Napi::Value NetlinkSocket::PortId(const Napi::CallbackInfo& info) {
  if (descriptor_ == nullptr) return Napi::Number::New(info.Env(), -EBADF);
  sockaddr_nl own = {};
  socklen_t length = sizeof own;
  if (getsockname(descriptor_->get(), reinterpret_cast<sockaddr*>(&own), &length) != 0) {
    return Napi::Number::New(info.Env(), -errno);
  }
  return Napi::Number::New(info.Env(), own.nl_pid);
}

Napi::Value NetlinkSocket::SetOption(const Napi::CallbackInfo& info) {
  if (descriptor_ == nullptr) return Napi::Number::New(info.Env(), -EBADF);
  const int value = TakeInt(info[2], 0);
  const int done = setsockopt(descriptor_->get(), TakeInt(info[0], -1), TakeInt(info[1], -1), &value, sizeof value);
  return Napi::Number::New(info.Env(), done == 0 ? 0 : -errno);
}

Napi::Value NetlinkSocket::Filter(const Napi::CallbackInfo& info) {
  if (descriptor_ == nullptr) return Napi::Number::New(info.Env(), -EBADF);
  Bytes bytes = {};
  if (!TakeBytes(info[0], &bytes) || bytes.length % sizeof(sock_filter) != 0) {
    return Napi::Number::New(info.Env(), -EINVAL);
  }
  // The kernel copies it, and checks it, and refuses what is longer than BPF_MAXINSNS (__get_filter in net/core/filter.c).
  std::vector<sock_filter> instructions(bytes.length / sizeof(sock_filter));
  std::memcpy(instructions.data(), bytes.data, bytes.length);
  const size_t count = std::min<size_t>(instructions.size(), std::numeric_limits<unsigned short>::max());
  const sock_fprog program = {static_cast<unsigned short>(count), instructions.data()};
  const int done = setsockopt(descriptor_->get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
  return Napi::Number::New(info.Env(), done == 0 ? 0 : -errno);
}

Napi::Value NetlinkSocket::Send(const Napi::CallbackInfo& info) {
  const int unusable = Unusable();
  if (unusable != 0) return Napi::Number::New(info.Env(), unusable);
  Bytes bytes = {};
  if (!TakeBytes(info[0], &bytes)) return Napi::Number::New(info.Env(), -EINVAL);
  return Napi::Number::New(info.Env(), static_cast<double>(SendNow(bytes.data, bytes.length)));
}

ssize_t NetlinkSocket::SendNow(const uint8_t* bytes, size_t length) {
  const WaitMark::During waiting(wait_mark_);
  return SendToKernel(descriptor_->get(), bytes, length);
}

Napi::Value NetlinkSocket::SendAside(const Napi::CallbackInfo& info) {
  const int unusable = Unusable();
  if (unusable != 0) return Napi::Number::New(info.Env(), unusable);
  Bytes bytes = {};
  if (!TakeBytes(info[0], &bytes)) return Napi::Number::New(info.Env(), -EINVAL);
  if (aside_ == nullptr) aside_ = std::make_unique<Aside>(descriptor_);
  aside_->Send(bytes.data, bytes.length);
  return Napi::Number::New(info.Env(), 0);
}

Napi::Value NetlinkSocket::JoinSend(const Napi::CallbackInfo& info) {
  if (descriptor_ == nullptr) return Napi::Number::New(info.Env(), -EBADF);
  if (aside_ == nullptr) return Napi::Number::New(info.Env(), -ENOENT);
  const WaitMark::During waiting(wait_mark_);
  return Napi::Number::New(info.Env(), static_cast<double>(aside_->Join().value_or(-ENOENT)));
}

Napi::Value NetlinkSocket::MarkWaits(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), wait_mark_.Use(info[0]));
}

Napi::Value NetlinkSocket::Receive(const Napi::CallbackInfo& info) {
  const auto answer = [&](int value) { return Napi::Number::New(info.Env(), value); };
  const int unusable = Unusable();
  if (unusable != 0) return answer(unusable);
  Room room = {};
  if (!TakeRoom(info, &room)) return answer(-EINVAL);
  if (glimpsed_ != 0 && room.into == reflex_room_.into) return answer(std::exchange(glimpsed_, 0));
  return answer(Fill(room));
}

bool NetlinkSocket::TakeRoom(const Napi::CallbackInfo& info, Room* room) {
  Bytes into = {};
  const int slot = TakeInt(info[1], 0);
  if (!TakeBytes(info[0], &into) || slot <= 0 || !info[2].IsTypedArray()) return false;
  if (info[2].As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) return false;
  auto pairs = info[2].As<Napi::Int32Array>();
  const size_t size = static_cast<size_t>(slot);
  *room = {into.data, size, std::min({into.length / size, pairs.ElementLength() / 2, kDatagramsACall}), pairs.Data()};
  return room->slots > 0;
}

int NetlinkSocket::Fill(const Room& room) {
  const auto [into, size, slots, found] = room;
  if (headers_.size() < slots) {
    headers_.resize(slots);
    slots_.resize(slots);
  }
  for (;;) {
    for (size_t i = 0; i < slots; ++i) {
      slots_[i].place = {into + i * size, size};
      msghdr& header = headers_[i].msg_hdr;
      header = {};
      header.msg_name = &slots_[i].from;
      header.msg_namelen = sizeof slots_[i].from;
      header.msg_iov = &slots_[i].place;
      header.msg_iovlen = 1;
      header.msg_control = slots_[i].notes;
      header.msg_controllen = sizeof slots_[i].notes;
    }
    // An error after the first datagram, ENOBUFS above all, is kept by the kernel for the next call
    // (do_recvmmsg in net/socket.c), so an error returned here stands alone and none is lost.
    const int count = recvmmsg(descriptor_->get(), headers_.data(), static_cast<unsigned>(slots),
                               MSG_DONTWAIT | MSG_TRUNC, nullptr);
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN ? 0 : -errno;
    }
    int kept = 0;
    for (int i = 0; i < count; ++i) {
      // Any process may send to a netlink socket; only the kernel's own port is 0.
      if (slots_[i].from.nl_pid != 0) continue;
      const size_t length = headers_[i].msg_len;
      if (kept != i) std::memcpy(into + kept * size, into + i * size, std::min(length, size));
      found[2 * kept] = static_cast<int32_t>(length);
      found[2 * kept + 1] = NamespaceId(&headers_[i].msg_hdr);
      ++kept;
    }
    // 0 says "nothing more": not to be said because strangers' datagrams were all there was in this call.
    if (kept > 0 || count == 0) return kept;
  }
}

Napi::Value NetlinkSocket::Wait(const Napi::CallbackInfo& info) {
  const int unusable = Unusable();
  if (unusable != 0) return Napi::Number::New(info.Env(), unusable);
  if (glimpsed_ != 0) return Napi::Number::New(info.Env(), 1);
  pollfd ready = {descriptor_->get(), POLLIN, 0};
  const int count = poll(&ready, 1, TakeInt(info[0], 0));
  // A signal ends the wait early; the caller asks again or does not. POLLERR is a thing to be received.
  if (count < 0) return Napi::Number::New(info.Env(), errno == EINTR ? 0 : -errno);
  return Napi::Number::New(info.Env(), count);
}

Napi::Value NetlinkSocket::Drops(const Napi::CallbackInfo& info) {
  if (descriptor_ == nullptr) return Napi::Number::New(info.Env(), -EBADF);
  uint32_t counters[SK_MEMINFO_VARS] = {};
  socklen_t length = sizeof counters;
  if (getsockopt(descriptor_->get(), SOL_SOCKET, SO_MEMINFO, counters, &length) != 0) {
    return Napi::Number::New(info.Env(), -errno);
  }
  return Napi::Number::New(info.Env(), counters[SK_MEMINFO_DROPS]);
}

Napi::Value NetlinkSocket::Watch(const Napi::CallbackInfo& info) {
  int error = Unusable();
  if (error == 0 && watcher_ != nullptr) error = -EBUSY;
  if (error == 0 && !info[0].IsFunction()) error = -EINVAL;
  if (error == 0) {
    Watcher::Subject subject = {descriptor_->get(), UV_READABLE, Value(), [this] { Glance(); }};
    watcher_ = Watcher::Start(info.Env(), std::move(subject), info[0], &watcher_, &error);
  }
  return Napi::Number::New(info.Env(), error);
}

Napi::Value NetlinkSocket::Keep(const Napi::CallbackInfo& info) {
  if (watcher_ != nullptr) watcher_->KeepLoopAlive(info[0].ToBoolean());
  return info.Env().Undefined();
}

Napi::Value NetlinkSocket::Exchange(const Napi::CallbackInfo& info) {
  int error = Unusable();
  Bytes bytes = {};
  if (error == 0 && (watcher_ != nullptr || aside_ != nullptr)) error = -EBUSY;
  if (error == 0 && !TakeBytes(info[0], &bytes)) error = -EINVAL;
  if (error != 0) return Napi::Number::New(info.Env(), error);
  auto cancel = std::make_shared<Descriptor>(eventfd(0, EFD_CLOEXEC));
  if (cancel->get() < 0) return Napi::Number::New(info.Env(), -errno);
  exchange_cancel_ = cancel;
  const double deadline = info[1].IsNumber() ? info[1].As<Napi::Number>().DoubleValue()
                                             : std::numeric_limits<double>::infinity();
  return StartExchange(info.Env(), this, descriptor_, std::move(cancel), bytes.data, bytes.length, deadline);
}

Napi::Value NetlinkSocket::Close(const Napi::CallbackInfo& info) {
  Release();
  return info.Env().Undefined();
}
