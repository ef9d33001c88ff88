#pragma once

#include <napi.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "aside.h"
#include "courier.h"
#include "descriptor.h"
#include "reflexes.h"
#include "wait-mark.h"

class Watcher;

// A netlink socket as JavaScript holds it. What fails returns -errno; nothing here throws.
//
// It belongs to the thread of the environment that made it; only its descriptor is shared, with exchanges and with the
// thread that sends aside.
class NetlinkSocket : public Napi::ObjectWrap<NetlinkSocket> {
 public:
  static Napi::Function Define(Napi::Env env);

  explicit NetlinkSocket(const Napi::CallbackInfo& info);
  ~NetlinkSocket() override;

  // Called when an exchange on this socket has ended, whatever came of it.
  void ExchangeEnded() { exchange_cancel_.reset(); }

  // Called when there is something to receive, before JavaScript is: reads what is there, which is kept for
  // Receive(), and sends a request if there is a reflex for what it says.
  void Glance();

 private:
  Napi::Value Open(const Napi::CallbackInfo& info);
  Napi::Value FailedCall(const Napi::CallbackInfo& info);
  Napi::Value Fd(const Napi::CallbackInfo& info);
  Napi::Value PortId(const Napi::CallbackInfo& info);
  Napi::Value SetOption(const Napi::CallbackInfo& info);
  Napi::Value Filter(const Napi::CallbackInfo& info);
  Napi::Value Send(const Napi::CallbackInfo& info);
  Napi::Value SendAside(const Napi::CallbackInfo& info);
  Napi::Value JoinSend(const Napi::CallbackInfo& info);
  Napi::Value Receive(const Napi::CallbackInfo& info);
  Napi::Value Wait(const Napi::CallbackInfo& info);
  Napi::Value Drops(const Napi::CallbackInfo& info);
  Napi::Value Watch(const Napi::CallbackInfo& info);
  Napi::Value Keep(const Napi::CallbackInfo& info);
  Napi::Value Exchange(const Napi::CallbackInfo& info);
  Napi::Value MarkWaits(const Napi::CallbackInfo& info);
  Napi::Value UseReflexes(const Napi::CallbackInfo& info);
  Napi::Value Arm(const Napi::CallbackInfo& info);
  Napi::Value Disarm(const Napi::CallbackInfo& info);
  Napi::Value Reach(const Napi::CallbackInfo& info);
  Napi::Value Unreach(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  // -EBADF once closed, -EBUSY while an exchange reads from the socket, else 0.
  int Unusable() const;
  void Release();

  // Where datagrams go: slots of one size, and for each its length and nsid.
  struct Room {
    uint8_t* into;
    size_t size;
    size_t slots;
    int32_t* found;
  };
  static bool TakeRoom(const Napi::CallbackInfo& info, Room* room);
  // The bytes sent, or -errno. rtnetlink does its work meanwhile, which may take long.
  ssize_t SendNow(const uint8_t* bytes, size_t length);
  // Sends what a reflex has ready, wherever it goes; whether that was done, and of another namespace answered.
  bool Answer(const Reflexes::Request& request);
  // One system call: how many datagrams there are now, or -errno.
  int Fill(const Room& room);

  std::shared_ptr<Descriptor> descriptor_;
  std::shared_ptr<Descriptor> exchange_cancel_;
  std::unique_ptr<Aside> aside_;
  Watcher* watcher_ = nullptr;
  const char* failed_call_ = "";

  struct Slot;
  std::vector<Slot> slots_;
  std::vector<mmsghdr> headers_;

  WaitMark wait_mark_;

  // What Glance() filled its room with, or -errno, until it is received; 0: nothing.
  int glimpsed_ = 0;
  Reflexes reflexes_;
  uint32_t reflex_sequence_ = 0;
  // The ways into other namespaces, by nsid.
  struct Way {
    std::shared_ptr<Courier> courier;
    std::string path;
    uint64_t cookie;
    uint32_t port;
  };
  std::unordered_map<int32_t, Way> ways_;
  Courier::Errand errand_;
  // Memory of JavaScript's (src/netlink/native.ts, useReflexes), kept from being collected.
  static constexpr size_t kShared = 5;
  Napi::ObjectReference shared_[kShared];
  Room reflex_room_ = {};
  int32_t* state_ = nullptr;
  uint8_t* request_ = nullptr;
  size_t request_room_ = 0;
  uint8_t* answer_ = nullptr;
  size_t answer_room_ = 0;
};
