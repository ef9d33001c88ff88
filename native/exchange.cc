#include "exchange.h"

#include <cstring>

#include "netlink-socket.h"
#include "talk.h"

namespace {

class Exchange {
 public:
  // Runs on the pool's thread: touches nothing of JavaScript.
  void Run() { talk_.Run(socket_->get(), cancel_->get()); }

  void Complete(napi_env env) {
    napi_handle_scope scope;
    if (napi_open_handle_scope(env, &scope) != napi_ok) return;
    napi_value self;
    if (napi_get_reference_value(env, self_, &self) == napi_ok && self != nullptr) owner_->ExchangeEnded();
    napi_value result, error, call, buffer, answers;
    void* data = nullptr;
    // At the end of a worker JavaScript can no longer be called; each of these fails then, and nobody waits.
    if (napi_create_object(env, &result) == napi_ok && napi_create_int32(env, talk_.error, &error) == napi_ok &&
        napi_create_string_utf8(env, talk_.call, NAPI_AUTO_LENGTH, &call) == napi_ok &&
        napi_create_arraybuffer(env, talk_.answers.size(), &data, &buffer) == napi_ok &&
        napi_create_typedarray(env, napi_uint8_array, talk_.answers.size(), buffer, 0, &answers) == napi_ok) {
      if (!talk_.answers.empty()) std::memcpy(data, talk_.answers.data(), talk_.answers.size());
      napi_set_named_property(env, result, "error", error);
      napi_set_named_property(env, result, "call", call);
      napi_set_named_property(env, result, "answers", answers);
      napi_resolve_deferred(env, deferred_, result);
    }
    napi_delete_reference(env, self_);
    napi_delete_async_work(env, work_);
    napi_close_handle_scope(env, scope);
  }

  NetlinkSocket* owner_ = nullptr;
  std::shared_ptr<Descriptor> socket_;
  std::shared_ptr<Descriptor> cancel_;
  Talk talk_;
  napi_ref self_ = nullptr;
  napi_deferred deferred_ = nullptr;
  napi_async_work work_ = nullptr;
};

}  // namespace

Napi::Value StartExchange(Napi::Env env, NetlinkSocket* owner, std::shared_ptr<Descriptor> socket,
                          std::shared_ptr<Descriptor> cancel, const uint8_t* requests, size_t length,
                          double deadline) {
  auto* exchange = new Exchange;
  exchange->owner_ = owner;
  exchange->socket_ = std::move(socket);
  exchange->cancel_ = std::move(cancel);
  exchange->talk_.requests.assign(requests, requests + length);
  exchange->talk_.deadline = deadline;

  napi_value promise, name;
  napi_create_promise(env, &exchange->deferred_, &promise);
  napi_create_string_utf8(env, "vnetd:exchange", NAPI_AUTO_LENGTH, &name);
  // The owner is kept from being collected for as long as its descriptor is in use.
  napi_create_reference(env, owner->Value(), 1, &exchange->self_);
  napi_create_async_work(
      env, nullptr, name, [](napi_env, void* data) { static_cast<Exchange*>(data)->Run(); },
      [](napi_env ended_in, napi_status, void* data) {
        auto* ended = static_cast<Exchange*>(data);
        ended->Complete(ended_in);
        delete ended;
      },
      exchange, &exchange->work_);
  napi_queue_async_work(env, exchange->work_);
  return Napi::Value(env, promise);
}
