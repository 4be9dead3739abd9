-- Takes a dead letter out of a group: group, position, and 1 when it is to be handed out again, as if never tried.
-- Returns 1 when it was one.
local group = group_of(ARGV[1])
if not group or redis.call('ZREM', group.dead, ARGV[2]) == 0 then
  return '0'
end
redis.call('HDEL', group.reasons, ARGV[2])
if ARGV[3] == '1' then
  wait(group, ARGV[2], group.is_ordered and ARGV[4] or '', 0, now(), false, 0)
  tell(group.channels)
end
return '1'
