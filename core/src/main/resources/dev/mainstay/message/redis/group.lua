-- What a group was declared to want; nothing when there is none. Its channels come last.
local group = group_of(ARGV[1])
if not group then
  return {}
end
return {group.keys, group.filter, group.ordered, group.attempts, group.lease, group.first or '1000',
  group.longest or '600000', group.jitter or '0.2', unpack(group.channels)}
