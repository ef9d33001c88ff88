// What a netlink socket does before JavaScript wakes up: it answers notices for which something lies ready.
#include <linux/netlink.h>
#include <sched.h>
#include <time.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <limits>
#include <utility>

#include "arguments.h"
#include "courier-face.h"
#include "netlink-socket.h"

namespace {

// Reflexes count in a range of their own, so that their answers are told from those to ordinary requests.
constexpr uint32_t kReflexSequence = 0x80000000;

// The words of the memory shared with JavaScript.
enum State { kMay, kSequence, kLength, kMicros, kNsid, kAnswered, kStateWords };

Reflexes::Link TakeLink(const Napi::CallbackInfo& info) {
  return {TakeInt(info[0], Reflexes::kOwn), TakeInt(info[1], 0)};
}

int64_t NowMicros() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

}  // namespace

void NetlinkSocket::Glance() {
  if (state_ == nullptr || state_[kMay] == 0 || state_[kSequence] != 0 || reflexes_.Empty()) return;
  if (descriptor_ == nullptr || exchange_cancel_ != nullptr || glimpsed_ != 0) return;
  const int64_t begun = NowMicros();
  glimpsed_ = Fill(reflex_room_);
  // More is to come, which may tell of other things: to act on the first of it would be to act on what is past.
  if (glimpsed_ == static_cast<int>(reflex_room_.slots)) return;

  std::vector<Reflexes::Heard> datagrams;
  for (int i = 0; i < glimpsed_; ++i) {
    const auto length = static_cast<size_t>(reflex_room_.found[2 * i]);
    if (length > reflex_room_.size) return;
    datagrams.push_back({reflex_room_.found[2 * i + 1], reflex_room_.into + i * reflex_room_.size, length});
  }
  const Reflexes::Request request = reflexes_.AnswerTo(datagrams);
  if (request.at == nullptr || request.length > request_room_) return;
  const uint32_t sequence = kReflexSequence | reflex_sequence_++;
  std::memcpy(request.at + offsetof(nlmsghdr, nlmsg_seq), &sequence, sizeof sequence);
  if (!Answer(request)) return;
  std::memcpy(request_, request.at, request.length);
  state_[kSequence] = static_cast<int32_t>(sequence);
  state_[kLength] = static_cast<int32_t>(request.length);
  state_[kNsid] = request.nsid;
  // Whoever was woken by the repair and shares this processor comes first: what JavaScript has left to do are the books.
  sched_yield();
  state_[kMicros] = static_cast<int32_t>(NowMicros() - begun);
}

bool NetlinkSocket::Answer(const Reflexes::Request& request) {
  state_[kAnswered] = 0;
  if (request.nsid == Reflexes::kOwn) return SendNow(request.at, request.length) >= 0;
  const auto found = ways_.find(request.nsid);
  if (found == ways_.end()) return false;
  const Way& way = found->second;
  errand_.path = way.path;
  errand_.cookie = way.cookie;
  errand_.port = way.port;
  Talk& talk = errand_.talk;
  talk.requests.assign(request.at, request.at + request.length);
  talk.deadline = std::numeric_limits<double>::infinity();
  talk.answers.clear();
  talk.error = 0;
  {
    const WaitMark::During waiting(wait_mark_);
    way.courier->Run(errand_);
  }
  if (talk.error != 0 || talk.answers.size() > answer_room_) return false;
  const size_t length = talk.answers.size();
  std::memcpy(answer_, talk.answers.data(), length);
  state_[kAnswered] = static_cast<int32_t>(length);
  return true;
}

Napi::Value NetlinkSocket::UseReflexes(const Napi::CallbackInfo& info) {
  Room room = {};
  Bytes state = {}, request = {}, answer = {};
  if (!TakeRoom(info, &room) || !TakeBytes(info[3], &state) || !TakeBytes(info[4], &request) || !TakeBytes(info[5], &answer) ||
      state.length < kStateWords * sizeof(int32_t)) {
    return Napi::Number::New(info.Env(), -EINVAL);
  }
  for (size_t i = 0; i < kShared; ++i) shared_[i] = Napi::Persistent(info[i == 0 ? 0 : i + 1].As<Napi::Object>());
  reflex_room_ = room;
  state_ = reinterpret_cast<int32_t*>(state.data);
  request_ = request.data;
  request_room_ = request.length;
  answer_ = answer.data;
  answer_room_ = answer.length;
  return Napi::Number::New(info.Env(), 0);
}

Napi::Value NetlinkSocket::Arm(const Napi::CallbackInfo& info) {
  Bytes program = {};
  if (!TakeBytes(info[2], &program)) return Napi::Number::New(info.Env(), -EINVAL);
  const bool taken = reflexes_.Arm(TakeLink(info), program.data, program.length);
  return Napi::Number::New(info.Env(), taken ? 0 : -EINVAL);
}

Napi::Value NetlinkSocket::Disarm(const Napi::CallbackInfo& info) {
  reflexes_.Disarm(TakeLink(info));
  return info.Env().Undefined();
}

Napi::Value NetlinkSocket::Reach(const Napi::CallbackInfo& info) {
  Way way = {CourierFace::Of(info[1]), {}, 0, 0};
  if (way.courier == nullptr || !info[2].IsString() || !info[3].IsBigInt()) return Napi::Number::New(info.Env(), -EINVAL);
  bool lossless = false;
  way.path = info[2].As<Napi::String>();
  way.cookie = info[3].As<Napi::BigInt>().Uint64Value(&lossless);
  way.port = PortId(info).ToNumber().Uint32Value();
  ways_[TakeInt(info[0], Reflexes::kOwn)] = std::move(way);
  return Napi::Number::New(info.Env(), 0);
}

Napi::Value NetlinkSocket::Unreach(const Napi::CallbackInfo& info) {
  const int nsid = TakeInt(info[0], Reflexes::kOwn);
  ways_.erase(nsid);
  reflexes_.DisarmAll(nsid);
  return info.Env().Undefined();
}
