{
  "targets": [
    {
      "target_name": "vnetd",
      "sources": [
        "native/addon.cc",
        "native/aside.cc",
        "native/courier-face.cc",
        "native/courier.cc",
        "native/exchange.cc",
        "native/folder-watch.cc",
        "native/glance.cc",
        "native/host.cc",
        "native/mount-table.cc",
        "native/namespace.cc",
        "native/netlink-socket.cc",
        "native/network-namespaces.cc",
        "native/reflexes.cc",
        "native/talk.cc",
        "native/watcher.cc"
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": [
        "NAPI_VERSION=9",
        "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS",
        "NODE_ADDON_API_DISABLE_DEPRECATED",
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"
      ],
      "cflags_cc": ["-std=c++17", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror"],
      "ldflags": ["-Wl,--gc-sections"]
    }
  ]
}
