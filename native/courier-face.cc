#include "courier-face.h"

#include <linux/netlink.h>

#include <cerrno>
#include <cstring>

#include "arguments.h"

namespace {

// Tells a courier from other objects of JavaScript's.
constexpr napi_type_tag kTag = {0x4e1b8f20c6a54d7b, 0x93d07a5e1f6c2b48};

// JavaScript has checked its arguments; this repeats what memory safety needs.
bool TakeErrand(const Napi::CallbackInfo& info, Courier::Errand* errand) {
  if (!info[0].IsString() || !info[1].IsBigInt() || !info[2].IsNumber() || !info[3].IsTypedArray()) return false;
  if (info[3].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array || !info[4].IsNumber()) return false;
  errand->path = info[0].As<Napi::String>();
  bool lossless = false;
  errand->cookie = info[1].As<Napi::BigInt>().Uint64Value(&lossless);
  errand->port = info[2].As<Napi::Number>().Uint32Value();
  const auto requests = info[3].As<Napi::Uint8Array>();
  errand->talk.requests.assign(requests.Data(), requests.Data() + requests.ByteLength());
  errand->talk.deadline = info[4].As<Napi::Number>().DoubleValue();
  errand->protocol = TakeInt(info[5], NETLINK_ROUTE);
  errand->ioctl = info[6].IsNumber() ? info[6].As<Napi::Number>().Uint32Value() : 0;
  errand->link = info[7].IsString() ? info[7].As<Napi::String>().Utf8Value() : std::string();
  errand->talk.answers.clear();
  errand->talk.error = 0;
  errand->talk.call = "";
  return true;
}

Napi::Object ResultOf(Napi::Env env, const Talk& talk) {
  auto answers = Napi::Uint8Array::New(env, talk.answers.size());
  if (!talk.answers.empty()) std::memcpy(answers.Data(), talk.answers.data(), talk.answers.size());
  auto result = Napi::Object::New(env);
  result.Set("error", talk.error);
  result.Set("call", talk.call);
  result.Set("answers", answers);
  return result;
}

}  // namespace

Napi::Function CourierFace::Define(Napi::Env env) {
  return DefineClass(env, "Courier",
                     {
                         InstanceMethod<&CourierFace::Run>("run"),
                         InstanceMethod<&CourierFace::MarkWaits>("markWaits"),
                     });
}

CourierFace::CourierFace(const Napi::CallbackInfo& info) : Napi::ObjectWrap<CourierFace>(info) {
  info.This().As<Napi::Object>().TypeTag(&kTag);
}

std::shared_ptr<Courier> CourierFace::Of(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kTag)) return nullptr;
  return Napi::ObjectWrap<CourierFace>::Unwrap(value.As<Napi::Object>())->courier_;
}

Napi::Value CourierFace::Run(const Napi::CallbackInfo& info) {
  if (!TakeErrand(info, &errand_)) return Napi::Number::New(info.Env(), -EINVAL);
  {
    const WaitMark::During waiting(wait_mark_);
    courier_->Run(errand_);
  }
  return ResultOf(info.Env(), errand_.talk);
}

Napi::Value CourierFace::MarkWaits(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), wait_mark_.Use(info[0]));
}
