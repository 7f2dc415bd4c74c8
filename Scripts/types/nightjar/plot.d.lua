---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.Picture
---@field series nightjar.PlotSeries[] one line each, in this order
---@field title? string above the plot
---@field x_label? string what the horizontal axis shows
---@field y_label? string what the vertical axis shows
---@field log_x? boolean a logarithmic horizontal axis
---@field log_y? boolean a logarithmic vertical axis
---@field width? integer pixels
---@field height? integer pixels

---@class nightjar.PlotSeries
---@field y any[] numbers
---@field x? any[] as many numbers; by default 1, 2, 3 and so on
---@field name? string for the legend

---@class nightjar.TextPlot
---@field series nightjar.PlotSeries[] one line each, in this order
---@field title? string above the plot
---@field x_label? string what the horizontal axis shows
---@field y_label? string what the vertical axis shows
---@field log_x? boolean a logarithmic horizontal axis
---@field log_y? boolean a logarithmic vertical axis
---@field width? integer columns
---@field height? integer rows

---@class nightjar.plot
local plot = {}

---Draws lines over a pair of axes, as a picture. NaN and infinity, and what a logarithmic axis cannot show, leave a gap.
---@param settings nightjar.Picture what to draw
---@return string svg an SVG picture, for nj.file.save
function plot.lines(settings) end

---Draws lines over a pair of axes, in block characters for a terminal; several lines in letters.
---@param settings nightjar.TextPlot what to draw
---@return string text lines of text, for print
function plot.text(settings) end
