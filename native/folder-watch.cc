#include "folder-watch.h"

#include <sys/inotify.h>

#include <cerrno>
#include <string>
#include <utility>

#include "watcher.h"

Napi::Function FolderWatch::Define(Napi::Env env) {
  return DefineClass(env, "FolderWatch",
                     {
                         InstanceMethod<&FolderWatch::Watch>("watch"),
                         InstanceMethod<&FolderWatch::Read>("read"),
                         InstanceMethod<&FolderWatch::Close>("close"),
                     });
}

FolderWatch::FolderWatch(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<FolderWatch>(info), events_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (events_.get() < 0) {
    error_ = -errno;
    return;
  }
  const std::string path = info[0].ToString();
  const uint32_t mask = IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVE | IN_ONLYDIR;
  if (inotify_add_watch(events_.get(), path.c_str(), mask) < 0) error_ = -errno;
}

FolderWatch::~FolderWatch() { Release(); }

void FolderWatch::Release() {
  if (watcher_ != nullptr) watcher_->Stop();
}

Napi::Value FolderWatch::Watch(const Napi::CallbackInfo& info) {
  int error = error_ == 0 && watcher_ != nullptr ? -EBUSY : error_;
  if (error == 0) {
    Watcher::Subject subject = {events_.get(), UV_READABLE, Value(), nullptr};
    watcher_ = Watcher::Start(info.Env(), std::move(subject), info[0], &watcher_, &error);
    if (watcher_ != nullptr) watcher_->KeepLoopAlive(false);
  }
  return Napi::Number::New(info.Env(), error);
}

Napi::Value FolderWatch::Read(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto names = Napi::Array::New(env);
  alignas(inotify_event) char buffer[16384];
  const ssize_t length = read(events_.get(), buffer, sizeof buffer);
  for (ssize_t at = 0; at < length;) {
    const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
    at += static_cast<ssize_t>(sizeof *event + event->len);
    const bool lost = (event->mask & IN_Q_OVERFLOW) != 0;
    if (!lost && event->len == 0) continue;
    names.Set(names.Length(), lost ? env.Null() : Napi::String::New(env, event->name).As<Napi::Value>());
  }
  return names;
}

Napi::Value FolderWatch::Close(const Napi::CallbackInfo& info) {
  Release();
  return info.Env().Undefined();
}
