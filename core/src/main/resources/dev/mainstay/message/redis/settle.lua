-- Says how messages in hand ended: the group, then five values each: token, position, outcome, delay in microseconds,
-- error. Returns the tokens whose lease was lost; of their messages nothing is changed. The other leases begin anew.
local group = group_of(ARGV[1])
local moment = now()
local lost, touched, is_known = {}, {}, {}
for at = 2, #ARGV, 5 do
  local token, position, outcome, delay, reason = ARGV[at], ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3]), ARGV[at + 4]
  local claim = group and claim_key(group, token)
  if is_known[token] == nil then
    is_known[token] = group ~= nil and redis.call('EXISTS', claim) == 1
    local list = is_known[token] and touched or lost
    list[#list + 1] = token
  end
  local held = is_known[token] and redis.call('HGET', claim, position)
  if held then
    local expires, sender = string.match(held, '^(%d+) (.*)$')
    local attempts = tonumber(redis.call('HGET', claim, 'attempts'))
    redis.call('HDEL', claim, position)
    let_go(group, sender)
    if outcome == 'retry' then
      wait(group, position, sender, attempts + 1, moment + delay, false, tonumber(expires))
    elseif outcome == 'returned' then
      wait(group, position, sender, attempts, moment, false, tonumber(expires))
    elseif outcome == 'dead' then
      die(group, position, attempts + 1, reason)
    end
  end
end
for _, token in ipairs(touched) do
  if redis.call('HLEN', claim_key(group, token)) == 3 then
    redis.call('DEL', claim_key(group, token))
    redis.call('ZREM', group.claims, token)
  else
    redis.call('ZADD', group.claims, text(moment + tonumber(group.lease)), token)
  end
end
return lost
