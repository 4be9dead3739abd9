-- Frees what consumers held that are gone. Each message may have been what killed them, so it is tried alone from now on
-- and dies with the last attempt, unless its node said good-bye. After nobody has looked for a while, as when the server
-- was away, the nodes get that long to show that they live. ARGV is for how many microseconds the server has answered
-- again after a silence, empty when there was none: a lease that ran out before is no attempt.
local PATIENCE = 3000000
local moment = now()
local away_until = ARGV[1] == '' and 0 or moment - tonumber(ARGV[1]) + PATIENCE
local looked = tonumber(redis.call('GET', root .. 'looked') or text(moment))
redis.call('SET', root .. 'looked', text(moment))
if moment - looked > PATIENCE then
  redis.call('SET', root .. 'patience', '1', 'PX', PATIENCE / 1000)
end
if redis.call('EXISTS', root .. 'patience') == 1 then
  return 0
end

local function free(group, token, is_crash)
  local claim = hash(claim_key(group, token))
  local attempts = tonumber(claim.attempts or '0') + (is_crash and 1 or 0)
  for _, held in ipairs(held_in(claim)) do
    let_go(group, held.sender)
    if attempts >= tonumber(group.attempts) then
      die(group, held.position, attempts,
        'its consumer died or did not settle it in time, ' .. text(attempts) .. ' attempts')
    else
      wait(group, held.position, held.sender, attempts, moment, is_crash, held.expires)
    end
  end
  redis.call('DEL', claim_key(group, token))
  redis.call('ZREM', group.claims, token)
end

local freed = 0
for _, name in ipairs(redis.call('SMEMBERS', root .. 'groups')) do
  local group = group_of(name)
  local before = freed
  local claims = group and redis.call('ZRANGE', group.claims, 0, -1, 'WITHSCORES') or {}
  for i = 1, #claims, 2 do
    local session = redis.call('HGET', claim_key(group, claims[i]), 'session')
    local life = redis.call('GET', 'mainstay:session:' .. (session or ''))
    if life ~= 'alive' or tonumber(claims[i + 1]) <= moment then
      free(group, claims[i], life ~= 'ended' and tonumber(claims[i + 1]) > away_until)
      freed = freed + 1
    end
  end
  if freed > before then
    tell(group.channels)
  end
end
return freed
