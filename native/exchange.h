#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "descriptor.h"

class NetlinkSocket;

// Sends requests and collects their answers on a thread of libuv's pool.
//
// The promise is fulfilled with { error, call, answers }: 0 or -errno, the system call it came from, and the
// raw answers as far as they came. `cancel` is an eventfd; writing to it ends the exchange.
Napi::Value StartExchange(Napi::Env env, NetlinkSocket* owner, std::shared_ptr<Descriptor> socket,
                          std::shared_ptr<Descriptor> cancel, const uint8_t* requests, size_t length,
                          double deadline);
