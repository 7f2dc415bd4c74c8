-- How much replay the task leaves room for, and at which rate:
--
--   nightjar sweep Scripts/experiments/domain/share.lua --mix naics=100,75,50,25 --design domain
--   nightjar train Scripts/experiments/domain/share.lua --set data.naics.percent=75 \
--     --set optimizer.lr=2e-3 --set steps=1200
--
-- It begins from what `Scripts/experiments/domain.py` leaves in runs/domain/post.
local measure = require "measure"
local recipe = require "tune"

recipe.name = "domain-share"
recipe.evaluate = measure.evaluate
recipe.probes = measure.probes
return recipe
