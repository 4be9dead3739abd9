-- The last position given.
return redis.call('GET', root .. 'head') or '0'
