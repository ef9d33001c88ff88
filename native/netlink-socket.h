#pragma once

#include <napi.h>
#include <sys/socket.h>

#include <memory>
#include <vector>

#include "descriptor.h"

class Watcher;

// A netlink socket as JavaScript holds it. What fails returns -errno; nothing here throws.
//
// It belongs to the thread of the environment that made it; only its descriptor is shared, with exchanges.
class NetlinkSocket : public Napi::ObjectWrap<NetlinkSocket> {
 public:
  static Napi::Function Define(Napi::Env env);

  explicit NetlinkSocket(const Napi::CallbackInfo& info);
  ~NetlinkSocket() override;

  // Called when an exchange on this socket has ended, whatever came of it.
  void ExchangeEnded() { exchange_cancel_.reset(); }

 private:
  Napi::Value Open(const Napi::CallbackInfo& info);
  Napi::Value FailedCall(const Napi::CallbackInfo& info);
  Napi::Value Fd(const Napi::CallbackInfo& info);
  Napi::Value PortId(const Napi::CallbackInfo& info);
  Napi::Value SetOption(const Napi::CallbackInfo& info);
  Napi::Value Send(const Napi::CallbackInfo& info);
  Napi::Value Receive(const Napi::CallbackInfo& info);
  Napi::Value Wait(const Napi::CallbackInfo& info);
  Napi::Value Drops(const Napi::CallbackInfo& info);
  Napi::Value Watch(const Napi::CallbackInfo& info);
  Napi::Value Keep(const Napi::CallbackInfo& info);
  Napi::Value Exchange(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  // -EBADF once closed, -EBUSY while an exchange reads from the socket, else 0.
  int Unusable() const;
  void Release();

  std::shared_ptr<Descriptor> descriptor_;
  std::shared_ptr<Descriptor> exchange_cancel_;
  Watcher* watcher_ = nullptr;
  const char* failed_call_ = "";

  struct Slot;
  std::vector<Slot> slots_;
  std::vector<mmsghdr> headers_;
};
