#pragma once

#include <napi.h>
#include <time.h>

#include <cstdint>

// Memory of JavaScript's that says whether the kernel is waited for (src/daemon/pulse.ts).
class WaitMark {
 public:
  // The words of the memory.
  enum Word { kTurns, kInKernel, kSince, kWords };

  // 0, or -EINVAL for what is no Int32Array of that many words; it is kept from being collected.
  int Use(const Napi::Value& value) {
    if (!value.IsTypedArray()) return -EINVAL;
    auto cells = value.As<Napi::Int32Array>();
    if (cells.TypedArrayType() != napi_int32_array || cells.ElementLength() < kWords) return -EINVAL;
    kept_ = Napi::Persistent(value.As<Napi::Object>());
    cells_ = cells.Data();
    return 0;
  }

  // Marks what happens while it lives.
  class During {
   public:
    explicit During(WaitMark& mark) : cells_(mark.cells_) {
      if (cells_ == nullptr) return;
      timespec now;
      clock_gettime(CLOCK_REALTIME, &now);
      const int64_t millis = int64_t{now.tv_sec} * 1'000 + now.tv_nsec / 1'000'000;
      __atomic_store_n(&cells_[kSince], static_cast<int32_t>(millis & 0x3fffffff), __ATOMIC_SEQ_CST);
      __atomic_store_n(&cells_[kInKernel], 1, __ATOMIC_SEQ_CST);
    }
    ~During() {
      if (cells_ == nullptr) return;
      __atomic_store_n(&cells_[kInKernel], 0, __ATOMIC_SEQ_CST);
      __atomic_add_fetch(&cells_[kTurns], 1, __ATOMIC_SEQ_CST);
    }
    During(const During&) = delete;
    During& operator=(const During&) = delete;

   private:
    int32_t* cells_;
  };

 private:
  Napi::ObjectReference kept_;
  int32_t* cells_ = nullptr;
};
