-- Sets a group behind a position. What lies behind it is read anew, so it does not wait as well, and the leases of what is
-- in hand of it end; what was read before that place and is not handled yet stays to be.
local group = group_of(ARGV[1])
if not group then
  return 0
end
local place = tonumber(ARGV[2])
redis.call('HSET', group.key, 'at0', ARGV[2], 'at1', ARGV[2], 'at2', ARGV[2], 'at3', ARGV[2])
for _, token in ipairs(redis.call('ZRANGE', group.claims, 0, -1)) do
  local claim = hash(claim_key(group, token))
  local held, is_behind = held_in(claim), false
  for _, each in ipairs(held) do
    is_behind = is_behind or tonumber(each.position) > place
  end
  for _, each in ipairs(is_behind and held or {}) do
    let_go(group, each.sender)
    wait(group, each.position, each.sender, tonumber(claim.attempts), 0, false, each.expires)
  end
  if is_behind then
    redis.call('DEL', claim_key(group, token))
    redis.call('ZREM', group.claims, token)
  end
end
for _, position in ipairs(redis.call('ZRANGEBYSCORE', group.waiting, '(' .. ARGV[2], '+inf')) do
  local sender = string.match(redis.call('HGET', group.about, position), '^%d+ %d+ %d %d+ (.*)$')
  waits_no_more(group, position, sender)
end
return 1
