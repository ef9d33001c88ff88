#pragma once

#include <napi.h>

#include "descriptor.h"

class Watcher;

// A folder, for the notice that a file in it came, went, or got another owner or mode (inotify(7)).
//
// Not what is written into files: of device nodes that would be every packet, and every byte into /dev/null.
class FolderWatch : public Napi::ObjectWrap<FolderWatch> {
 public:
  static Napi::Function Define(Napi::Env env);

  // (path)
  explicit FolderWatch(const Napi::CallbackInfo& info);
  ~FolderWatch() override;

 private:
  // (callback) → 0 or -errno; calls back from the event loop while there is something to read, until Close.
  Napi::Value Watch(const Napi::CallbackInfo& info);
  // → the names of files something happened to, null for one that is lost.
  Napi::Value Read(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);
  void Release();

  Descriptor events_;
  int error_ = 0;
  Watcher* watcher_ = nullptr;
};
