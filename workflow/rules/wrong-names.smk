# What is said of a target that no rule makes; no rules.
from types import SimpleNamespace

KINDS = ("shards", "data", "models", "tables", "figures")
SUFFIXES = {"tables": ("csv", "tex"), "figures": ("pdf", "png")}
LAYOUT = "a file is results/<scale>/<study>/<kind>/<name>, and a study alone is a target, too"


def why_no_rule(target):
    """Why nothing makes a target, naming what there is instead; None if that is not known."""
    parts = Path(target).parts
    if parts[0] != "results" or len(parts) < 4:
        return f"{LAYOUT}; studies: {', '.join(NAMES)}"
    try:
        scale(SimpleNamespace(scale=parts[1]))
        if parts[2] not in NAMES:
            return f"there is no study {parts[2]!r}; studies: {', '.join(NAMES)}"
        if parts[3] not in KINDS:
            return f"{parts[2]} has no {parts[3]}; it has {', '.join(KINDS)}"
        named = SimpleNamespace(scale=parts[1], study=parts[2], timing="")
        return why_no_file(named, parts[3], parts[4:])
    except WorkflowError as error:
        return str(error)


def why_no_file(wildcards, kind, parts):
    """The same, of a file of a study; a function that knows the names says it by a WorkflowError."""
    name, _, suffix = parts[-1].rpartition(".") if parts else ("", "", "")
    if kind in SUFFIXES:
        more = claims_tables(wildcards.study) if kind == "tables" else []
        names = [*NAMES[wildcards.study][kind], *more]
        if len(parts) != 1 or name not in names:
            return no_such(wildcards.study, kind.removesuffix("s"), name or suffix, names)
        if suffix not in SUFFIXES[kind]:
            return f"{kind} are made as {' and '.join(f'.{known}' for known in SUFFIXES[kind])}"
    elif kind == "models":
        wildcards.network = name
        training(wildcards)
        if suffix not in ("safetensors", "json"):
            return "networks are made as .safetensors, with a card (.json) beside them"
    elif kind == "data" and parts[:1] == ("evaluation",):
        names = [Path(made).stem for made in all_evaluations(wildcards)]
        names += NAMES[wildcards.study].get("timing", [])
        if name not in names:
            return no_such(wildcards.study, "evaluation", name, names)
    elif kind == "shards" or name not in ("", "metrics", "metrics-timing"):
        wildcards.dataset = parts[0] if kind == "shards" and parts else name
        samples(wildcards)
        form = r"[a-z_]+/\d+-\d+\.h5" if kind == "shards" else r"[a-z_]+\.h5"
        if not re.fullmatch(form, "/".join(parts)):
            named = "<dataset>/<first>-<last>" if kind == "shards" else "<dataset>"
            return f"{kind} are {named}.h5"
    return None
