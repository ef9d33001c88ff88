#pragma once

#include <napi.h>

#include <memory>

#include "courier.h"
#include "wait-mark.h"

// A courier as JavaScript holds it.
//
// run(path, cookie, port, requests, deadline) → { error, call, answers }: 0 or -errno, the system call it came from, and
// the raw answers as far as they came.
class CourierFace : public Napi::ObjectWrap<CourierFace> {
 public:
  static Napi::Function Define(Napi::Env env);

  explicit CourierFace(const Napi::CallbackInfo& info);

  // Null if the value is none.
  static std::shared_ptr<Courier> Of(const Napi::Value& value);

 private:
  Napi::Value Run(const Napi::CallbackInfo& info);
  Napi::Value MarkWaits(const Napi::CallbackInfo& info);

  std::shared_ptr<Courier> courier_ = std::make_shared<Courier>();
  Courier::Errand errand_;
  WaitMark wait_mark_;
};
