//! The attributes: `#[model(..)]`, `#[layer(..)]`, `#[config]` and `#[param(..)]`.

use super::input::input_shape;
use super::keys::{Seen, keys};
use super::known::{WRONG, is_marked, is_model, text};
use super::{declared, settings};
use crate::errors::Errors;
use crate::syntax::{Declared, Input, Role, StructAttrs, Weight};
use crate::{derives, messages, source};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Meta, Path};

/// What the attributes of a field say.
pub struct FieldAttrs {
    pub keys: Vec<Ident>,
    pub role: Role,
    pub declared: Option<Declared>,
    pub unused: bool,
    pub default: Option<Expr>,
    pub no_builder: bool,
    pub weight: Option<Weight>,
}

/// The path of the framework in `crate = path`.
fn crate_path(meta: &ParseNestedMeta) -> syn::Result<TokenStream> {
    if !meta.input.peek(syn::Token![=]) {
        return Err(syn::Error::new_spanned(
            &meta.path,
            messages::needs_value("crate", "::nn"),
        ));
    }
    Ok(meta.value()?.call(Path::parse_mod_style)?.to_token_stream())
}

/// Where the framework is if nothing says so: under the name that the user's `Cargo.toml` gives it.
fn framework() -> TokenStream {
    match super::renamed::framework() {
        Some(name) => {
            let name = Ident::new(&name, Span::call_site());
            quote!(::#name)
        }
        None => quote!(::nn),
    }
}

const STRUCT_KEYS: [&str; 11] = [
    "input",
    "new",
    "loss",
    "targets",
    "not_const",
    "check",
    "debug",
    "name",
    "alias",
    "absent",
    "crate",
];

/// The attributes of a struct.
pub fn of_struct(attrs: &[Attribute], errors: &mut Errors) -> StructAttrs {
    let mut found = StructAttrs {
        keys: Vec::new(),
        krate: framework(),
        input: None,
        names: Vec::new(),
        losses: Vec::new(),
        targets: None,
        new: None,
        not_const: None,
        strict: None,
        checked_by_build: false,
        debug: false,
        name: None,
        aliases: Vec::new(),
        absent: Vec::new(),
        is_wrong: is_marked(attrs, WRONG),
    };
    let mut seen = Seen::default();
    let krate = of_framework(attrs);
    let before = errors.count();
    for attr in attrs.iter().filter(is_model) {
        let Meta::List(list) = &attr.meta else {
            match attr.meta {
                // Before a derive that knows the name the compiler says that it is ambiguous.
                Meta::Path(_) if derives::is_marked_before() => found.is_wrong = true,
                Meta::Path(_) => errors.at(attr, messages::MODEL_TWICE),
                _ => errors.at(attr, messages::model_is_a_list("input = [28, 28, 1]")),
            }
            continue;
        };
        let tokens = list.tokens.clone();
        keys(
            tokens,
            "`#[model(..)]` on a struct",
            &STRUCT_KEYS,
            &mut seen,
            errors,
            |meta, errors| {
                if meta.path.is_ident("crate") {
                    found.krate = crate_path(meta)?;
                } else if meta.path.is_ident("new") {
                    found.new = declared::constructor(meta, errors)?;
                } else if meta.path.is_ident("loss") {
                    found.losses = losses(meta, errors)?;
                } else if meta.path.is_ident("targets") {
                    let targets = input_shape(meta, &krate, &mut found.names, errors)?;
                    found.targets = targets.map(|targets| match targets {
                        Input::One(shape) => (meta.path.clone(), vec![shape]),
                        Input::Several(shapes) => (meta.path.clone(), shapes),
                    });
                } else if meta.path.is_ident("debug") {
                    found.debug = true;
                    without_value(meta, errors);
                } else if meta.path.is_ident("name") {
                    found.name = settings::class_name(meta, "name", errors)?;
                } else if meta.path.is_ident("alias") {
                    let alias = settings::class_name(meta, "alias", errors)?;
                    found.aliases.extend(alias);
                } else if meta.path.is_ident("absent") {
                    found.absent = settings::names(meta)?;
                } else if meta.path.is_ident("not_const") {
                    found.not_const = Some(meta.path.clone());
                    without_value(meta, errors);
                } else if meta.path.is_ident("check") {
                    match checked_by(meta, errors)?.as_deref() {
                        Some("strict") => found.strict = Some(meta.path.clone()),
                        Some(_) => found.checked_by_build = true,
                        None => {}
                    }
                } else {
                    found.input = input_shape(meta, &krate, &mut found.names, errors)?;
                }
                Ok(())
            },
        );
    }
    found.keys = seen.names();
    if errors.count() > before && found.new.is_none() {
        found.new = declared::guessed(attrs);
    }
    found
}

/// The value of `loss`: the type of one, or a tuple of those.
fn losses(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<Vec<Path>> {
    if !meta.input.peek(syn::Token![=]) {
        let wanted = messages::needs_value("loss", "SparseCategoricalCrossentropy");
        errors.at(&meta.path, wanted);
        return Ok(Vec::new());
    }
    let all: Vec<Expr> = match meta.value()?.parse()? {
        Expr::Tuple(tuple) => tuple.elems.into_iter().collect(),
        one => vec![one],
    };
    let mut losses = Vec::new();
    for loss in all {
        match loss {
            Expr::Path(path) => losses.push(path.path),
            other => {
                errors.at(other, messages::LOSS_TYPE);
                return Ok(Vec::new());
            }
        }
    }
    Ok(losses)
}

/// Notes a value of a key that has none.
fn without_value(meta: &ParseNestedMeta, errors: &mut Errors) {
    if !meta.input.is_empty() && !meta.input.peek(syn::Token![,]) {
        errors.at(&meta.path, messages::takes_no_value(&text(&meta.path)));
    }
}

/// The value of `check`: `strict` or `build`.
fn checked_by(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<Option<String>> {
    if !meta.input.peek(syn::Token![=]) {
        errors.at(&meta.path, messages::needs_value("check", "\"strict\""));
        return Ok(None);
    }
    let value: Expr = meta.value()?.parse()?;
    match value.to_token_stream().to_string().trim_matches('"') {
        how @ ("strict" | "build") => Ok(Some(how.to_string())),
        _ => {
            errors.at(value, messages::CHECK_IS_STRICT);
            Ok(None)
        }
    }
}

/// The attributes of a field.
pub fn of_field(attrs: &[Attribute], errors: &mut Errors) -> FieldAttrs {
    let mut roles = Roles::default();
    let mut unused: Option<Path> = None;
    let mut declared: Option<Declared> = None;
    let mut seen = Seen::default();
    let (mut default, mut no_builder, mut weight) = (None, false, None);
    for attr in attrs {
        if attr.path().is_ident("config") {
            (default, no_builder) = settings::config(attr, errors);
            roles.add(attr, Role::Config, "config", errors);
        } else if attr.path().is_ident("param") {
            weight = settings::weight(attr, errors);
            let role = match weight {
                Some(_) => Role::Param(None),
                None => Role::Param(param_expr(attr, errors)),
            };
            roles.add(attr, role, "param", errors);
        } else if attr.path().is_ident("layer") {
            if declared.is_some() {
                errors.at(attr, messages::repeated_key("layer"));
            }
            let parsed = declared::layer(attr, errors);
            declared = declared.or(Some(parsed));
        } else if is_model(&attr) {
            let Meta::List(list) = &attr.meta else {
                errors.at(attr, messages::model_is_a_list("skip"));
                continue;
            };
            let tokens = list.tokens.clone();
            let known = ["skip", "unused"];
            keys(
                tokens,
                "`#[model(..)]` on a field",
                &known,
                &mut seen,
                errors,
                |meta, errors| {
                    if meta.path.is_ident("skip") {
                        roles.add(&meta.path, Role::Skip, "model(skip)", errors);
                    } else {
                        unused = Some(meta.path.clone());
                    }
                    Ok(())
                },
            );
        }
    }
    if let (Some(path), Some((Role::Config | Role::Skip, words))) = (&unused, &roles.0) {
        errors.at(path, messages::unused_on(words));
    }
    if let (Some(declared), Some((_, words))) = (&declared, &roles.0) {
        errors.at_span(declared.span, messages::conflicting("layer(..)", words));
        // It is called as a layer then, so that nothing else is said.
        if let Some((Role::Param(_), _)) = roles.0 {
            roles.0 = None;
        }
    }
    FieldAttrs {
        keys: seen.names(),
        declared,
        role: roles.0.map_or(Role::Module, |(role, _)| role),
        unused: unused.is_some(),
        default,
        no_builder,
        weight,
    }
}

/// The role of a field with the attribute that gave it.
#[derive(Default)]
struct Roles(Option<(Role, &'static str)>);

impl Roles {
    fn add(&mut self, at: impl ToTokens, role: Role, attr: &'static str, errors: &mut Errors) {
        match &self.0 {
            None => self.0 = Some((role, attr)),
            Some((_, before)) if *before == attr => errors.at(at, messages::repeated_key(attr)),
            Some((_, before)) => {
                errors.at(at, messages::conflicting(before, attr));
                // It has its method, so that nothing else is said.
                if let Role::Param(_) = role {
                    self.0 = Some((role, attr));
                }
            }
        }
    }
}

fn param_expr(attr: &Attribute, errors: &mut Errors) -> Option<Expr> {
    match &attr.meta {
        Meta::Path(_) => None,
        Meta::List(list) => match list.parse_args::<Expr>() {
            Ok(expr) => Some(expr),
            Err(_) if list.tokens.is_empty() => {
                errors.at(attr, messages::PARAM_TAKES_EXPRESSION);
                None
            }
            Err(error) => {
                errors.push(error);
                None
            }
        },
        Meta::NameValue(pair) => {
            errors.at_span(pair.eq_token.span(), messages::PARAM_TAKES_EXPRESSION);
            None
        }
    }
}

/// The `crate = ..` among all attributes of a struct.
fn of_framework(attrs: &[Attribute]) -> TokenStream {
    let lists = attrs
        .iter()
        .filter(is_model)
        .filter_map(|attr| attr.meta.require_list().ok());
    crate_of(
        lists
            .map(|list| &list.tokens)
            .fold(TokenStream::new(), |all, keys| quote!(#all #keys,)),
    )
}

/// The `crate = ..` of `#[model(..)]` on an `impl` block, which takes nothing else.
pub fn of_impl(tokens: TokenStream, errors: &mut Errors) -> TokenStream {
    let of_struct = |token: &TokenTree| match token {
        TokenTree::Ident(key) => STRUCT_KEYS
            .iter()
            .any(|known| key == known && *known != "crate"),
        _ => false,
    };
    if let Some(key) = tokens.clone().into_iter().find(of_struct) {
        errors.at(&key, messages::struct_key(&key));
        return crate_of(tokens);
    }
    let krate = of_crate(tokens, "`#[model(..)]` on an `impl`", errors);
    match is_lost(&krate) {
        true => {
            let path = text(&krate);
            errors.at(krate, messages::no_such_crate(path));
            framework()
        }
        false => krate,
    }
}

/// Whether there is nothing of the name that a path begins with: the file names it nowhere but after `crate =`, and it is no dependency.
fn is_lost(krate: &TokenStream) -> bool {
    let names = krate.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    });
    let (source, Some(name)) = (source::text(), names) else {
        return false;
    };
    let is_known = ["crate", "self", "super", "nn", "std", "core"].contains(&&*name);
    if is_known || source.is_empty() || super::renamed::is_dependency(&name) {
        return false;
    }
    let is_of_key = |at: usize| {
        let before = source[..at].trim_end().trim_end_matches("::").trim_end();
        let before = before.strip_suffix('=').map(str::trim_end);
        before.is_some_and(|before| before.ends_with("crate"))
    };
    source::places(&name).all(is_of_key)
}

fn of_crate(tokens: TokenStream, place: &str, errors: &mut Errors) -> TokenStream {
    let mut krate = framework();
    let mut seen = Seen::default();
    keys(tokens, place, &["crate"], &mut seen, errors, |meta, _| {
        krate = crate_path(meta)?;
        Ok(())
    });
    krate
}

/// The `crate = ..` of `#[model(..)]` on a struct of tensors, which takes nothing else.
pub fn of_tensors(attrs: &[Attribute], errors: &mut Errors) -> TokenStream {
    let lists = attrs.iter().filter(is_model);
    let keys: TokenStream = lists
        .filter_map(|attr| attr.meta.require_list().ok())
        .map(|list| &list.tokens)
        .fold(TokenStream::new(), |all, keys| quote!(#all #keys,));
    of_crate(keys, "`#[model(..)]` on a struct of tensors", errors)
}

/// The `crate = ..` among the keys of `#[model(..)]` on a struct, whose mistakes the derive reports.
pub fn crate_of(tokens: TokenStream) -> TokenStream {
    let mut krate = framework();
    let mut ignored = Errors::default();
    keys(
        tokens,
        "",
        &["crate"],
        &mut Seen::default(),
        &mut ignored,
        |meta, _| {
            if meta.path.is_ident("crate") {
                krate = crate_path(meta)?;
                return Ok(());
            }
            Ok(())
        },
    );
    krate
}
