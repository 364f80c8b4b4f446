import { isIP, isIPv4, isIPv6 } from 'node:net';

type FormatCheck = (value: string) => boolean;

/** RFC 3339 §5.6, with the offset that the API server asks for. */
const dateTime = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const goDuration = /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/;

const stringFormats: Readonly<Record<string, FormatCheck>> = {
  'date-time': (value) => dateTime.test(value) && !Number.isNaN(Date.parse(value)),
  datetime: (value) => dateTime.test(value) && !Number.isNaN(Date.parse(value)),
  date: (value) => /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)),
  duration: (value) => value === '0' || goDuration.test(value),
  ip: (value) => isIP(value) !== 0,
  ipv4: isIPv4,
  ipv6: isIPv6,
  cidr: isCidr,
  mac: (value) => /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(value),
  uri: (value) => URL.canParse(value),
  uuid: (value) => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(value),
  hostname: (value) => value.length <= 253 && value.split('.').every((label) => dnsLabel.test(label.toLowerCase())),
  email: (value) => /^[^@\s]+@[^@\s]+$/.test(value),
  byte: (value) => /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0,
};

const integerRanges: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  // Beyond 2^53 a JSON number has no exact value here, which nothing that Herald stores needs.
  int64: [-(2 ** 63), 2 ** 63],
};

/** Whether a string or number has the OpenAPI `format`; an unknown format allows everything (OpenAPI 3.0 §4.4). */
export function matchesFormat(format: string, value: string | number): boolean {
  if (typeof value === 'number') {
    const range = integerRanges[format];
    return range === undefined || (value >= range[0] && value <= range[1]);
  }
  const check = stringFormats[format];
  return check === undefined || check(value);
}

function isCidr(value: string): boolean {
  const [address = '', length = '', ...rest] = value.split('/');
  const family = isIP(address);
  return (
    rest.length === 0 &&
    family !== 0 &&
    /^(0|[1-9]\d{0,2})$/.test(length) &&
    Number(length) <= (family === 4 ? 32 : 128)
  );
}
