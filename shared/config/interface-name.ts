// IFNAMSIZ is 16 with the closing zero (linux/if.h); the kernel refuses '/', ':' and white space (dev_valid_name).
const pattern = /^[^\s/:]{1,15}$/;

/** Whether Linux could have an interface of this name; those of VRFs are no exception. */
export function isInterfaceName(text: string): boolean {
  return pattern.test(text);
}
