#pragma once

#include <napi.h>

#include "descriptor.h"

class Watcher;

// The mounts this process sees, for the notice that one of them came or went (poll(2) on proc_pid_mountinfo(5)).
class MountTable : public Napi::ObjectWrap<MountTable> {
 public:
  static Napi::Function Define(Napi::Env env);

  explicit MountTable(const Napi::CallbackInfo& info);
  ~MountTable() override;

 private:
  // (callback) → 0 or -errno; calls back from the event loop after each change, until Close.
  Napi::Value Watch(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);
  void Release();

  Descriptor file_;
  Watcher* watcher_ = nullptr;
};
