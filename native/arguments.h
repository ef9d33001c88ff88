#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>

// What JavaScript hands over. It has checked its arguments; this repeats what memory safety needs.

struct Bytes {
  uint8_t* data;
  size_t length;
};

inline bool TakeBytes(const Napi::Value& value, Bytes* bytes) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) return false;
  auto array = value.As<Napi::Uint8Array>();
  *bytes = {array.Data(), array.ByteLength()};
  return true;
}

inline int TakeInt(const Napi::Value& value, int otherwise) {
  return value.IsNumber() ? value.As<Napi::Number>().Int32Value() : otherwise;
}
