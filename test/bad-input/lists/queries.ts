// Questions to reporting that cannot be answered.
import type { BadRequest } from '../bad-request.ts'

/** A question by its query string, with the faults that reporting must name; a fault of one word is a field. */
const ask = (name: string, query: string, ...faults: string[]): BadRequest => ({
  name,
  method: 'GET',
  path: `/stats?${query}`,
  status: 400,
  faults: faults.map((fault) => (fault.includes(' ') ? fault : `${fault} `)),
})

const sites: BadRequest[] = [
  ask('no site_id', '', 'site_id required'),
  { ...ask('no query string at all', '', 'site_id required'), path: '/stats' },
  ask('an empty site_id', 'site_id=', 'site_id required'),
  ask('a site_id without a value', 'site_id', 'site_id required'),
  ask('a site_id of 256 units', `site_id=${'x'.repeat(256)}`, 'site_id'),
  ask('a NUL in site_id', 'site_id=a%00b', 'site_id'),
  ask('a control character in site_id', 'site_id=a%0Ab', 'site_id'),
  ask('a site_id twice', 'site_id=a&site_id=b', 'site_id'),
  ask('a site_id twice, the same', 'site_id=a&site_id=a', 'site_id'),
  ask('a site_id as an array', 'site_id[]=a', 'site_id[]', 'site_id required'),
  ask('a site_id as an object', 'site_id[a]=b', 'site_id[a]'),
  ask('a site_id in capitals', 'SITE_ID=a', 'SITE_ID', 'site_id required'),
  ask('an escape that breaks off', 'site_id=%', 'site_id'),
  ask('an escape of letters', 'site_id=%zz', 'site_id'),
  ask('an escape that is no UTF-8', 'site_id=%ff', 'site_id'),
  ask('an escaped surrogate', 'site_id=%ed%a0%80', 'site_id'),
  ask('a name with a broken escape', 'site_id=a&%=1', ''),
]

const withSite = (name: string, query: string, ...faults: string[]) =>
  ask(name, `site_id=demo&${query}`, ...faults)

const dates: BadRequest[] = [
  withSite('a date in month 13', 'date=2025-13-40', 'date'),
  withSite('a date on 30 February', 'date=2025-02-30', 'date'),
  withSite('a date on day 0', 'date=2025-11-00', 'date'),
  withSite('an empty date', 'date=', 'date'),
  withSite('a date in words', 'date=today', 'date'),
  withSite('a date the other way round', 'date=14-11-2025', 'date'),
  withSite('a date without zeros', 'date=2025-1-1', 'date'),
  withSite('an instant as date', 'date=2025-11-14T00:00:00Z', 'date'),
  withSite('a date with a blank', 'date=2025-11-14%20', 'date'),
  withSite('a date of a year with six digits', 'date=%2B002025-11-14', 'date'),
  withSite('a date in full-width digits', `date=${encodeURIComponent('２０２５-11-14')}`, 'date'),
  withSite('a date twice', 'date=2025-11-14&date=2025-11-15', 'date'),
  withSite('a date and from', 'date=2025-11-14&from=2025-11-14', 'date'),
  withSite('a date and to', 'date=2025-11-14&to=2025-11-15', 'date'),
  withSite('from after to', 'from=2025-11-15&to=2025-11-14', 'from'),
  withSite('from equal to to', 'from=2025-11-14&to=2025-11-14', 'from'),
  withSite('a from that is no time', 'from=2025-11-14T25:00:00Z', 'from'),
  withSite('a from without a zone', 'from=2025-11-14T09:30:00', 'from'),
  withSite('an empty from', 'from=', 'from'),
  withSite('an empty to', 'to=', 'to'),
  withSite('a to in words', 'to=now', 'to'),
  withSite('two bad bounds', 'from=a&to=b', 'from', 'to'),
  withSite('from as a number', 'from=1763112600000', 'from'),
]

const others: BadRequest[] = [
  ...['0', '1001', '-1', '1.5', 'abc', '', '1e2', '0x10', '%2B5', '%20', 'NaN', '9'.repeat(400)].map(
    (limit) => withSite(`a limit of ${limit.slice(0, 9) || 'nothing'}`, `limit=${limit}`, 'limit'),
  ),
  withSite('a limit twice', 'limit=1&limit=2', 'limit'),
  ...['Mars/Phobos', '', 'UTC%00', '../../etc/passwd', '%2B25:00', '%3Cscript%3E', 'x'.repeat(3000)].map(
    (zone) => withSite(`a time zone of ${zone.slice(0, 20) || 'nothing'}`, `timezone=${zone}`, 'timezone'),
  ),
  withSite('a time zone twice', 'timezone=UTC&timezone=UTC', 'timezone'),
  withSite('an empty event_type', 'event_type=', 'event_type'),
  withSite('an event_type of 101 units', `event_type=${'x'.repeat(101)}`, 'event_type'),
  withSite('an unknown parameter', 'day=2025-11-14', 'day unknown_parameter'),
  withSite('__proto__ as a parameter', '__proto__=1', '__proto__ unknown_parameter'),
  withSite('constructor as a parameter', 'constructor=1', 'constructor unknown_parameter'),
  withSite('a separator that is none', 'limit=5;date=2025-11-14', 'limit'),
  withSite('SQL as a limit', `limit=${encodeURIComponent('1; DROP TABLE events')}`, 'limit'),
  withSite('a fault in every parameter', 'limit=x&timezone=x&day=1', 'limit', 'timezone', 'day'),
  withSite(
    '1,000 unknown parameters',
    Array.from({ length: 1000 }, (_, index) => `p${index}=1`).join('&'),
    'p0',
  ),
  {
    name: 'a query string of 100,000 bytes',
    method: 'GET',
    path: `/stats?site_id=${'x'.repeat(100_000)}`,
    status: 400,
  },
  ...['POST', 'PUT', 'DELETE', 'PATCH'].map((method) => ({
    name: `${method} /stats`,
    method,
    path: '/stats?site_id=demo',
    status: 405,
    answerHeaders: { allow: 'GET, HEAD' },
  })),
  { name: 'an unknown route of reporting', method: 'GET', path: '/stat?site_id=demo', status: 404 },
  {
    name: 'a route of reporting below a route',
    method: 'GET',
    path: '/stats/2025?site_id=demo',
    status: 404,
  },
  {
    name: 'an event posted to reporting',
    path: '/event',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    status: 404,
  },
]

export const queries: BadRequest[] = [...sites, ...dates, ...others]
