"""The public interface as text: one line an item, with its signature, sorted, from the JSON that rustdoc writes.

What is reached by several paths stands under the shortest one, and the others name that. Of the standard library's traits a line says for which
types they are implemented; of those that the compiler implements, for which they are not.
"""

import json
import re
import sys
from pathlib import Path

# The crates whose interface is written; what else is named, `nn_kernels::DType`, where one of these hands it on.
CRATES = ["nn", "nn_core", "nn_io", "nn_layers", "nn_train"]
AUTO = ["Send", "Sync"]
FORMAT = 57


def last(path):
    return path.rsplit("::", 1)[-1]


class Crate:
    def __init__(self, folder, name):
        self.name = name
        read = json.loads((folder / f"{name}.json").read_text())
        if read["format_version"] != FORMAT:
            sys.exit(f".ci/api.py reads format {FORMAT} of rustdoc's JSON, found {read['format_version']}")
        self.index, self.paths, self.root = read["index"], read["paths"], read["root"]

    def item(self, id):
        return self.index.get(str(id))

    # Types, as Rust writes them, every path by its last name.

    def type(self, t):
        if t is None:
            return "_"
        ((kind, v),) = t.items() if isinstance(t, dict) else ((t, None),)
        match kind:
            case "resolved_path":
                return last(v["path"]) + self.args(v["args"])
            case "generic" | "primitive":
                return "!" if v == "never" else v
            case "tuple":
                return "(" + ", ".join(map(self.type, v)) + ("," if len(v) == 1 else "") + ")"
            case "slice":
                return f"[{self.type(v)}]"
            case "array":
                return f"[{self.type(v['type'])}; {v['len']}]"
            case "impl_trait":
                return "impl " + self.bounds(v)
            case "dyn_trait":
                traits = [self.for_all(t["generic_params"]) + self.trait(t["trait"]) for t in v["traits"]]
                return "dyn " + " + ".join(traits + ([v["lifetime"]] if v["lifetime"] else []))
            case "borrowed_ref":
                inner = self.type(v["type"])
                if " + " in inner and inner.startswith(("dyn ", "impl ")):
                    inner = f"({inner})"
                lifetime = f"{v['lifetime']} " if v["lifetime"] else ""
                return f"&{lifetime}{'mut ' if v['is_mutable'] else ''}{inner}"
            case "raw_pointer":
                return f"*{'mut' if v['is_mutable'] else 'const'} {self.type(v['type'])}"
            case "qualified_path":
                of = self.type(v["self_type"])
                if v["trait"] and v["trait"]["path"]:
                    of = f"<{of} as {self.trait(v['trait'])}>"
                return f"{of}::{v['name']}{self.args(v['args'])}"
            case "function_pointer":
                return self.for_all(v["generic_params"]) + "fn" + self.signature(v["sig"], names=False)
            case "infer":
                return "_"
        raise ValueError(f"a type of a kind that is not known: {kind}")

    def trait(self, t):
        return last(t["path"]) + self.args(t["args"])

    def args(self, args):
        if not args:
            return ""
        ((kind, v),) = args.items() if isinstance(args, dict) else ((args, None),)
        if kind == "parenthesized":
            output = f" -> {self.type(v['output'])}" if v["output"] else ""
            return "(" + ", ".join(map(self.type, v["inputs"])) + ")" + output
        if kind != "angle_bracketed":
            return "(..)"
        written = []
        for arg in v["args"]:
            ((kind, value),) = arg.items() if isinstance(arg, dict) else (("infer", None),)
            match kind:
                case "lifetime":
                    written.append(value)
                case "type":
                    written.append(self.type(value))
                case "const":
                    written.append(value["expr"])
                case _:
                    written.append("_")
        for c in v["constraints"]:
            ((kind, value),) = c["binding"].items()
            if kind == "equality":
                term = value.get("type")
                written.append(f"{c['name']}{self.args(c['args'])} = {self.type(term) if term else value['constant']['expr']}")
            else:
                written.append(f"{c['name']}{self.args(c['args'])}: {self.bounds(value)}")
        return f"<{', '.join(written)}>" if written else ""

    def bounds(self, bounds):
        written = []
        for bound in bounds:
            ((kind, v),) = bound.items()
            if kind == "trait_bound":
                maybe = "?" if v["modifier"] == "maybe" else ""
                written.append(maybe + self.for_all(v["generic_params"]) + self.trait(v["trait"]))
            elif kind == "outlives":
                written.append(v)
            else:
                written.append("use<..>")
        return " + ".join(written)

    def for_all(self, params):
        names = [p["name"] for p in params]
        return f"for<{', '.join(names)}> " if names else ""

    def params(self, generics):
        """The parameters, and what must hold of them."""
        written, where = [], []
        for p in generics["params"]:
            ((kind, v),) = p["kind"].items()
            if kind == "lifetime":
                written.append(p["name"] + (f": {' + '.join(v['outlives'])}" if v["outlives"] else ""))
            elif kind == "const":
                written.append(f"const {p['name']}: {self.type(v['type'])}")
            elif not v["is_synthetic"]:
                bounds = f": {self.bounds(v['bounds'])}" if v["bounds"] else ""
                written.append(p["name"] + bounds)
        for w in generics["where_predicates"]:
            ((kind, v),) = w.items()
            if kind == "bound_predicate":
                where.append(f"{self.for_all(v['generic_params'])}{self.type(v['type'])}: {self.bounds(v['bounds'])}")
            elif kind == "lifetime_predicate":
                where.append(f"{v['lifetime']}: {' + '.join(v['outlives'])}")
            else:
                where.append(f"{self.type(v['lhs'])} = {self.type(v['rhs'].get('type'))}")
        params = f"<{', '.join(written)}>" if written else ""
        return params, f" where {', '.join(where)}" if where else ""

    def signature(self, sig, names=True):
        inputs = []
        for name, t in sig["inputs"]:
            written = self.type(t)
            if name == "self" and names:
                written = {"Self": "self", "&Self": "&self", "&mut Self": "&mut self"}.get(written, f"self: {written}")
                inputs.append(re.sub(r"^self: &('\w+) (mut )?Self$", lambda m: f"&{m[1]} {m[2] or ''}self", written))
            else:
                inputs.append(f"{name}: {written}" if names else written)
        output = f" -> {self.type(sig['output'])}" if sig["output"] else ""
        return f"({', '.join(inputs)}){output}"

    # Items.

    def function(self, path, f):
        header = "".join(f"{word} " for word in ["const", "async", "unsafe"] if f["header"][f"is_{word}"])
        params, where = self.params(f["generics"])
        return f"{header}fn {path}{params}{self.signature(f['sig'])}{where}"

    def lines(self, path, item):
        """The lines of an item that is reached by a path, each with what it is sorted by."""
        ((kind, v),) = item["inner"].items()
        attributes = "#[non_exhaustive] " if "non_exhaustive" in item["attrs"] else ""
        deprecated = "#[deprecated] " if item["deprecation"] else ""
        pub = f"{deprecated}{attributes}pub "

        def one(text, at=path):
            return [(at, text)]

        match kind:
            case "function":
                return one(pub + self.function(path, v))
            case "struct" | "enum" | "union":
                params, where = self.params(v["generics"])
                lines = one(f"{pub}{kind} {path}{params}{where}")
                if kind == "enum":
                    for id in v["variants"]:
                        lines += self.variant(path, self.item(id))
                else:
                    lines += self.fields(path, v["kind"] if kind == "struct" else {"plain": {"fields": v["fields"]}}, "pub ")
                return lines + self.impls(path, v["impls"])
            case "trait":
                params, where = self.params(v["generics"])
                bounds = f": {self.bounds(v['bounds'])}" if v["bounds"] else ""
                lines = one(f"{pub}{'unsafe ' if v['is_unsafe'] else ''}trait {path}{params}{bounds}{where}")
                for id in v["items"]:
                    if self.item(id):
                        lines += self.member(path, self.item(id), "")
                return lines + self.impls(path, v["implementations"])
            case "constant":
                return one(f"{pub}const {path}: {self.type(v['type'])}")
            case "static":
                return one(f"{pub}static {path}: {self.type(v['type'])}")
            case "type_alias":
                params, where = self.params(v["generics"])
                return one(f"{pub}type {path}{params} = {self.type(v['type'])}{where}")
            case "trait_alias":
                params, where = self.params(v["generics"])
                return one(f"{pub}trait {path}{params} = {self.bounds(v['params'])}{where}")
            case "macro":
                arms = re.findall(r"^    (\(.*?\)) =>", v, re.M)
                return one(f"{pub}macro {path}! {' '.join(' '.join(arms).split())}")
            case "proc_macro":
                return one(f"{pub}macro {path} ({v['kind']})")
            case "module":
                return one(f"{pub}mod {path}")
        raise ValueError(f"{path} is of a kind that is not known: {kind}")

    def fields(self, path, kind, pub):
        if kind == "unit":
            return []
        ((shape, v),) = kind.items()
        ids = v["fields"] if isinstance(v, dict) else v
        lines = []
        for i, id in enumerate(ids):
            field = self.item(id) if id is not None else None
            if field:
                name = f"{path}::{field['name'] or i}"
                lines.append((name, f"{pub}{name}: {self.type(field['inner']['struct_field'])}"))
        return lines

    def variant(self, path, item):
        if not item:
            return []
        path = f"{path}::{item['name']}"
        v = item["inner"]["variant"]
        shape = v["kind"]
        if shape == "plain" or shape is None:
            return [(path, f"variant {path}")]
        ((shape, inner),) = shape.items()
        ids = inner["fields"] if shape == "struct" else inner
        fields = [self.item(id) for id in ids if id is not None]
        types = [self.type(f["inner"]["struct_field"]) for f in fields if f]
        if shape == "tuple":
            return [(path, f"variant {path}({', '.join(types)})")]
        named = [f"{f['name']}: {t}" for f, t in zip([f for f in fields if f], types)]
        return [(path, f"variant {path} {{ {', '.join(named)} }}")]

    def member(self, path, item, pub):
        """What stands in a trait or an impl."""
        ((kind, v),) = item["inner"].items()
        path = f"{path}::{item['name']}"
        if kind == "function":
            return [(path, f"{pub}{self.function(path, v)}{'' if pub or not v['has_body'] else ' { .. }'}")]
        if kind == "assoc_const":
            return [(path, f"{pub}const {path}: {self.type(v['type'])}{'' if pub or v['value'] is None else ' = ..'}")]
        params, where = self.params(v["generics"])
        bounds = f": {self.bounds(v['bounds'])}" if v["bounds"] else ""
        default = f" = {self.type(v['type'])}" if v["type"] else ""
        return [(path, f"{pub}type {path}{params}{bounds}{default}{where}")]

    def impls(self, path, ids):
        lines, auto, plain = [], set(), {}
        for id in ids:
            item = self.item(id)
            if not item:
                continue
            v = item["inner"]["impl"]
            params, where = self.params(v["generics"])
            target = self.type(v["for"])
            if v["trait"] is None:
                of = "" if not params and "<" not in target else f"  // impl{params} {target}{where}"
                for member in v["items"]:
                    if self.item(member):
                        lines += [(at, text + of) for at, text in self.member(path, self.item(member), "pub ")]
            elif v["is_synthetic"]:
                name = self.trait(v["trait"])
                if name in AUTO and v["is_negative"]:
                    auto.add(name)
            elif not v["blanket_impl"]:
                not_ = "!" if v["is_negative"] else ""
                types = [f"type {i['name']} = {self.type(i['inner']['assoc_type']['type'])}" for i in map(self.item, v["items"]) if i and "assoc_type" in i["inner"]]
                trait = not_ + self.trait(v["trait"])
                if types:
                    lines.append((path, f"impl{params} {trait} for {target}{where} {{ {'; '.join(types)} }}"))
                elif trait != "StructuralPartialEq":
                    plain.setdefault((params, f"{target}{where}"), []).append(trait)
        for (params, target), traits in plain.items():
            # All that say nothing but that they are there stand on one line.
            lines += [(path, f"impl{params} {', '.join(sorted(set(traits)))} for {target}")]
        return lines + [(path, f"impl !{name} for {path}") for name in sorted(auto)]


def walk(crate, crates, reached, uses, module, path, seen):
    """Finds every item that a path of the crate reaches."""
    for id in module["inner"]["module"]["items"]:
        item = crate.item(id)
        if not item or item["visibility"] not in ("public", "default"):
            continue
        ((kind, v),) = item["inner"].items()
        if kind != "use":
            reach(crate, crates, reached, uses, item, f"{path}::{item['name']}", seen)
            continue
        target = crate.item(v["id"]) if v["id"] is not None else None
        if v["is_glob"]:
            if target and "module" in target["inner"]:
                if target["id"] not in seen:
                    walk(crate, crates, reached, uses, target, path, seen | {target["id"]})
            else:
                uses.append((f"{path}::*", f"pub use {path}::* = {v['source']}::*"))
            continue
        name = f"{path}::{v['name']}"
        if target:
            reach(crate, crates, reached, uses, target, name, seen)
            continue
        home = crate.paths.get(str(v["id"]))
        owner = crates.get(home["path"][0]) if home else None
        if owner and owner.name not in CRATES:
            found = [i for i, p in owner.paths.items() if p["path"] == home["path"] and p["kind"] == home["kind"] and i in owner.index]
            if found:
                uses += owner.lines(name, owner.index[found[0]])
                continue
        uses.append((name, f"pub use {name} = {v['source']}"))


def reach(crate, crates, reached, uses, item, path, seen):
    if "use" in item["inner"]:
        return
    reached.setdefault(item["id"], []).append(path)
    if "module" in item["inner"] and item["id"] not in seen:
        walk(crate, crates, reached, uses, item, path, seen | {item["id"]})


def main(folder):
    crates = {name: Crate(folder, name) for name in [*CRATES, "nn_kernels"]}
    for name in CRATES:
        crate = crates[name]
        reached, lines = {}, []
        root = crate.item(crate.root)
        walk(crate, crates, reached, lines, root, name, {root["id"]})
        for id, paths in reached.items():
            shortest, *others = sorted(set(paths), key=lambda p: (p.count("::"), p))
            lines += crate.lines(shortest, crate.item(id))
            lines += [(other, f"pub use {other} = {shortest}") for other in others]
        for _, text in sorted(set(lines)):
            print(" ".join(text.split()))


main(Path(sys.argv[1]))
