/** Generic netlink (include/uapi/linux/genetlink.h). */
export const NETLINK_GENERIC = 16;

/** The family that tells of the others; its number is the only fixed one. */
export const GENL_ID_CTRL = 16;
export const CTRL_CMD = { GETFAMILY: 3 } as const;
export const CTRL_ATTR = { FAMILY_ID: 1, FAMILY_NAME: 2 } as const;

/** struct genlmsghdr: command, version, two bytes reserved. */
export const GENL_HDRLEN = 4;
