"""The conversations that chat templates are rendered with."""

TOOLS = [
    {"type": "function", "function": {
        "name": "weather", "description": "The weather of a place.\nIn degrees.",
        "parameters": {"type": "object", "properties": {
            "place": {"type": "string", "description": "Where: \"city\", <country> & more"},
            "days": {"type": "integer", "default": 1, "limit": 2.5},
            "unit": {"type": "string", "enum": ["°C", "°F"]}}, "required": ["place"]}}},
    {"type": "function", "function": {
        "name": "now", "description": "", "parameters": {"type": "object", "properties": {}}}},
]


def message(role, content, **more):
    return {"role": role, "content": content, **more}


CALL = message("assistant", "", tool_calls=[
    {"id": "abc123456", "type": "function", "function": {
        "name": "weather", "arguments": {"place": "Zürich", "days": 2, "exact": True}}}])

CONVERSATIONS = {
    "one user turn": [message("user", "Hello?")],
    "a system message": [message("system", "  Be brief. "), message("user", " Hi \n")],
    "several turns": [
        message("system", "You know birds."), message("user", "What is a nightjar?"),
        message("assistant", "A bird.\n\nIt flies at night."), message("user", "Sure?"),
        message("assistant", " Yes. ")],
    "beyond ASCII": [
        message("user", "夜鷹 \U0001F319 e\u0301 'quoted' \"twice\" \\ back\tslash <b>&amp;</b>"),
        message("assistant", "Größe: 28 cm\u2028…")],
    "nothing said": [message("user", ""), message("assistant", ""), message("user", "\n")],
    "thinking": [
        message("user", "Two and two?"),
        message("assistant", "<think>\nAdd them.\n</think>\n\nFour."),
        message("user", "And three?"),
        message("assistant", "\nSeven.", reasoning_content="\nFour and three.\n")],
    "out of turn": [message("user", "One."), message("user", "Two.")],
    "begun by the assistant": [message("assistant", "I begin."), message("user", "Do you?")],
    "a tool call": [
        message("user", "Weather in Zürich?"), CALL,
        message("tool", '{"degrees": 21.5}', tool_call_id="abc123456"),
        message("assistant", "It is 21.5 degrees."), message("user", "Thanks.")],
    "two answers of tools": [
        message("user", "Both?"), dict(CALL, content="Let me see."), message("tool", "first"),
        message("tool", "second")],
    "parts": [message("system", [{"type": "text", "text": "Look."}]), message("user", [
        {"type": "image"}, {"type": "text", "text": " What is this? "}])],
    "no messages": [],
}


def conversations():
    for title, messages in CONVERSATIONS.items():
        for prompt in (False, True):
            yield title + (", prompted" if prompt else ""), {
                "messages": messages, "add_generation_prompt": prompt, "bos_token": "<s>",
                "eos_token": "</s>"}
    several = dict(messages=CONVERSATIONS["several turns"], add_generation_prompt=True,
                   bos_token="<s>", eos_token="</s>")
    for title in ("a tool call", "several turns"):
        yield title + ", with tools", dict(
            several, messages=CONVERSATIONS[title], tools=TOOLS, add_generation_prompt=False)
    yield "several turns, without thinking", dict(several, enable_thinking=False)
    yield "several turns, a date given", dict(several, date_string="1 May 2024")
