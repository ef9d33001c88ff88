import { littleEndian } from '../wire/bytes.ts';
import { NETLINK_KOBJECT_UEVENT } from '../wire/rtnetlink.ts';
import { NativeError, NetlinkSocket } from './native.ts';

/** The group the kernel sends to; udev(7) sends to group 2. */
const KERNEL = 1;
/** UEVENT_BUFFER_SIZE in include/linux/kobject.h, and what stands ahead of it. */
const SLOT = 4096;
const SLOTS = 16;

/** What the kernel writes first: the action and the path in sysfs (kobject_uevent_env in lib/kobject_uevent.c). */
const PREFIX = 'add@/module/';

/** include/uapi/linux/bpf_common.h */
const LOAD_WORD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
const WHOLE = 0xffff_ffff;

/**
 * Hears of each module the kernel has loaded and initialised; it needs no udev. It does not keep the thread alive.
 *
 * Throws {@link NativeError} where there is no such thing. In a user namespace of its own nothing is ever heard
 * (uevent_net_init in lib/kobject_uevent.c).
 */
export class ModuleNotices {
  readonly #socket = new NetlinkSocket({
    protocol: NETLINK_KOBJECT_UEVENT,
    groups: [KERNEL],
    // Each link that is made has several uevents of its own: the kernel is told not to wake us for those.
    filter: startsWith(PREFIX),
  });
  readonly #room = new Uint8Array(SLOT * SLOTS);
  readonly #found = new Int32Array(2 * SLOTS);

  /** Calls back from this thread’s event loop with the name as in /sys/module; null: some were missed. */
  watch(callback: (module: string | null) => void): void {
    this.#socket.watch(() => {
      for (const module of this.#read()) callback(module);
    });
    this.#socket.unref();
  }

  close(): void {
    this.#socket.close();
  }

  #read(): readonly (string | null)[] {
    const count = this.#socket.receive(this.#room, SLOT, this.#found);
    if (count < 0) return [null];
    return Array.from({ length: count }, (_, i) => {
      const [start, length] = [i * SLOT, Math.min(this.#found[2 * i] ?? 0, SLOT)];
      const bytes = this.#room.subarray(start, start + length);
      const end = bytes.indexOf(0);
      const path = Buffer.from(bytes.subarray(0, end < 0 ? length : end)).toString();
      return path.slice(PREFIX.length);
    });
  }
}

/** {@link ModuleNotices}; undefined where the kernel gives none to this process. */
export function listenForModules(): ModuleNotices | undefined {
  try {
    return new ModuleNotices();
  } catch (error) {
    if (error instanceof NativeError) return undefined;
    throw error;
  }
}

/** A filter that lets through what starts so, whose length is a multiple of 4. */
function startsWith(text: string): Uint8Array {
  const words = text.length / 4;
  const bytes = new Uint8Array((2 * words + 2) * 8);
  const view = new DataView(bytes.buffer);
  const text32 = new DataView(new TextEncoder().encode(text).buffer);
  const write = (at: number, code: number, ifNot: number, value: number) => {
    // struct sock_filter: in the order of this machine; what it loads from a datagram is big-endian.
    view.setUint16(8 * at, code, littleEndian);
    view.setUint8(8 * at + 3, ifNot);
    view.setUint32(8 * at + 4, value, littleEndian);
  };
  for (let i = 0; i < words; i++) {
    write(2 * i, LOAD_WORD, 0, 4 * i);
    write(2 * i + 1, JUMP_IF_EQUAL, 2 * (words - i) - 1, text32.getUint32(4 * i));
  }
  write(2 * words, RETURN, 0, WHOLE);
  write(2 * words + 1, RETURN, 0, 0);
  return bytes;
}
