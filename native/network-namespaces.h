#pragma once

#include <napi.h>

// Namespaces with a name, as ip-netns(8) keeps them: a bind mount in a folder that is shared with other mount namespaces.

// (folder, name) → the cookie of the namespace made, as a bigint, or [-errno, system call]; nothing is left then.
Napi::Value MakeNamespace(const Napi::CallbackInfo& info);
// (folder, name) → 0 or [-errno, system call]; the namespace ends when nobody else holds it.
Napi::Value DropNamespace(const Napi::CallbackInfo& info);
