#include "mount-table.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "watcher.h"

Napi::Function MountTable::Define(Napi::Env env) {
  return DefineClass(env, "MountTable",
                     {
                         InstanceMethod<&MountTable::Watch>("watch"),
                         InstanceMethod<&MountTable::Close>("close"),
                     });
}

MountTable::MountTable(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<MountTable>(info), file_(open("/proc/thread-self/mountinfo", O_RDONLY | O_CLOEXEC)) {}

MountTable::~MountTable() { Release(); }

void MountTable::Release() {
  if (watcher_ != nullptr) watcher_->Stop();
}

Napi::Value MountTable::Watch(const Napi::CallbackInfo& info) {
  int error = file_.get() < 0 ? -EBADF : watcher_ != nullptr ? -EBUSY : 0;
  if (error == 0) {
    // The kernel always calls the file readable; a change is POLLPRI, until it is polled again.
    Watcher::Subject subject = {file_.get(), UV_PRIORITIZED, Value(), nullptr};
    watcher_ = Watcher::Start(info.Env(), std::move(subject), info[0], &watcher_, &error);
    if (watcher_ != nullptr) watcher_->KeepLoopAlive(false);
  }
  return Napi::Number::New(info.Env(), error);
}

Napi::Value MountTable::Close(const Napi::CallbackInfo& info) {
  Release();
  return info.Env().Undefined();
}
