// The addon's exports. It carries bytes and errno and knows no protocol beyond the framing of netlink
// messages; it holds no state of its own, so any number of threads may load it.
#include <napi.h>

#include "courier-face.h"
#include "folder-watch.h"
#include "host.h"
#include "mount-table.h"
#include "netlink-socket.h"
#include "network-namespaces.h"

namespace {

Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("NetlinkSocket", NetlinkSocket::Define(env));
  exports.Set("Courier", CourierFace::Define(env));
  exports.Set("FolderWatch", FolderWatch::Define(env));
  exports.Set("MountTable", MountTable::Define(env));
  exports.Set("makeNamespace", Napi::Function::New<MakeNamespace>(env, "makeNamespace"));
  exports.Set("dropNamespace", Napi::Function::New<DropNamespace>(env, "dropNamespace"));
  exports.Set("peerCredentials", Napi::Function::New<PeerCredentials>(env, "peerCredentials"));
  exports.Set("namespaceCookie", Napi::Function::New<NamespaceCookie>(env, "namespaceCookie"));
  exports.Set("bootTimeMicros", Napi::Function::New<BootTimeMicros>(env, "bootTimeMicros"));
  exports.Set("lockFile", Napi::Function::New<LockFile>(env, "lockFile"));
  exports.Set("sendDatagram", Napi::Function::New<SendDatagram>(env, "sendDatagram"));
  exports.Set("connectStream", Napi::Function::New<ConnectStream>(env, "connectStream"));
  exports.Set("terminalSize", Napi::Function::New<TerminalSize>(env, "terminalSize"));
  return exports;
}

}  // namespace

NODE_API_MODULE(vnetd, Initialize)
