//! The attributes: `#[model(..)]`, `#[layer(..)]`, `#[config]` and `#[param(..)]`.

use super::{declared, settings};
use crate::errors::Errors;
use crate::messages;
use crate::syntax::{Declared, Input, InputShape, Role, StructAttrs, Weight};
use proc_macro_crate::FoundCrate;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::meta::ParseNestedMeta;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Meta, Path};

/// What the attributes of a field say.
pub struct FieldAttrs {
    pub role: Role,
    pub declared: Option<Declared>,
    pub unused: bool,
    pub default: Option<Expr>,
    pub no_builder: bool,
    pub weight: Option<Weight>,
}

/// The keys seen so far, to find repeated ones.
#[derive(Default)]
struct Seen(Vec<String>);

impl Seen {
    /// Whether this is the first time that the key is given.
    fn first(&mut self, key: &Path, errors: &mut Errors) -> bool {
        let name = text(key);
        if self.0.contains(&name) {
            errors.at(key, messages::repeated_key(&name));
            return false;
        }
        self.0.push(name);
        true
    }
}

fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}

/// Reads the keys of one `#[model(..)]`. `handle` reads the value of a known key.
fn keys(
    tokens: TokenStream,
    place: &str,
    known: &[&str],
    seen: &mut Seen,
    errors: &mut Errors,
    mut handle: impl FnMut(&ParseNestedMeta, &mut Errors) -> syn::Result<()>,
) {
    let parser = syn::meta::parser(|meta| {
        let fresh = seen.first(&meta.path, errors);
        if !known.iter().any(|key| meta.path.is_ident(key)) {
            if fresh {
                errors.at(
                    &meta.path,
                    messages::unknown_key(&text(&meta.path), place, known),
                );
            }
            return skip_value(&meta);
        }
        if !fresh {
            return skip_value(&meta);
        }
        handle(&meta, errors)
    });
    if let Err(error) = parser.parse2(tokens) {
        errors.push(error);
    }
}

/// Passes over the value of a key that is not used, so that the keys after it are still read.
fn skip_value(meta: &ParseNestedMeta) -> syn::Result<()> {
    if meta.input.peek(syn::Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in meta.input);
        content.parse::<TokenStream>()?;
    }
    Ok(())
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
    match proc_macro_crate::crate_name("nn") {
        Ok(FoundCrate::Name(name)) if name != "nn" => {
            let name = Ident::new(&name, Span::call_site());
            quote!(::#name)
        }
        _ => quote!(::nn),
    }
}

fn is_model(attr: &&Attribute) -> bool {
    attr.path().is_ident("model")
}

/// The attributes of a struct.
pub fn of_struct(attrs: &[Attribute], errors: &mut Errors) -> StructAttrs {
    let mut found = StructAttrs {
        krate: framework(),
        input: None,
        new: None,
        not_const: None,
        strict: None,
        debug: false,
        name: None,
        aliases: Vec::new(),
        absent: Vec::new(),
    };
    let mut seen = Seen::default();
    let krate = of_framework(attrs);
    for attr in attrs.iter().filter(is_model) {
        let Meta::List(list) = &attr.meta else {
            errors.at(
                attr,
                match attr.meta {
                    Meta::Path(_) => messages::MODEL_TWICE.to_string(),
                    _ => messages::model_is_a_list("input = [28, 28, 1]"),
                },
            );
            continue;
        };
        let tokens = list.tokens.clone();
        let known = [
            "input",
            "new",
            "not_const",
            "check",
            "debug",
            "name",
            "alias",
            "absent",
            "crate",
        ];
        keys(
            tokens,
            "`#[model(..)]` on a struct",
            &known,
            &mut seen,
            errors,
            |meta, errors| {
                if meta.path.is_ident("crate") {
                    found.krate = crate_path(meta)?;
                } else if meta.path.is_ident("new") {
                    found.new = declared::constructor(meta, errors)?;
                } else if meta.path.is_ident("debug") {
                    found.debug = true;
                } else if meta.path.is_ident("name") {
                    found.name = settings::class_name(meta, "name", errors)?;
                } else if meta.path.is_ident("alias") {
                    let alias = settings::class_name(meta, "alias", errors)?;
                    found.aliases.extend(alias);
                } else if meta.path.is_ident("absent") {
                    found.absent = settings::names(meta)?;
                } else if meta.path.is_ident("not_const") {
                    found.not_const = Some(meta.path.clone());
                } else if meta.path.is_ident("check") {
                    found.strict = strictness(meta, errors)?;
                } else {
                    found.input = input_shape(meta, &krate, errors)?;
                }
                Ok(())
            },
        );
    }
    found
}

/// The value of `check`.
fn strictness(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<Option<Path>> {
    if !meta.input.peek(syn::Token![=]) {
        errors.at(&meta.path, messages::needs_value("check", "\"strict\""));
        return Ok(None);
    }
    let value: Expr = meta.value()?.parse()?;
    if value.to_token_stream().to_string() != "\"strict\"" {
        errors.at(value, messages::CHECK_IS_STRICT);
        return Ok(None);
    }
    Ok(Some(meta.path.clone()))
}

fn input_shape(
    meta: &ParseNestedMeta,
    krate: &TokenStream,
    errors: &mut Errors,
) -> syn::Result<Option<Input>> {
    if !meta.input.peek(syn::Token![=]) {
        errors.at(&meta.path, messages::needs_value("input", "[28, 28, 1]"));
        return Ok(None);
    }
    let stream = meta.value()?;
    let mut shape = |(dtype, expr): (Option<Ident>, Expr)| {
        let shape = one_shape(expr, krate, errors)?;
        Some(match dtype {
            Some(dtype) => with_type(shape, &dtype, krate),
            None => shape,
        })
    };
    if stream.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in stream);
        let parts = Punctuated::<_, syn::Token![,]>::parse_terminated_with(&content, typed)?;
        if parts.len() == 1 && !parts.trailing_punct() {
            return Ok(parts.into_iter().next().and_then(shape).map(Input::One));
        }
        let shapes: Option<Vec<InputShape>> = parts.into_iter().map(shape).collect();
        return Ok(shapes.map(Input::Several));
    }
    let (dtype, mut value) = typed(stream)?;
    while let Expr::Group(group) = value {
        value = *group.expr;
    }
    Ok(match value {
        Expr::Tuple(tuple) => tuple
            .elems
            .into_iter()
            .map(|part| shape((None, part)))
            .collect::<Option<_>>()
            .map(Input::Several),
        other => shape((dtype, other)).map(Input::One),
    })
}

/// The element types that an input can have.
const TYPES: [(&str, &str); 5] = [
    ("f32", "F32"),
    ("f64", "F64"),
    ("i64", "I64"),
    ("u8", "U8"),
    ("bool", "Bool"),
];

/// One input, with its element type if it is given: `[28, 28]` or `i64[40]`.
fn typed(stream: ParseStream<'_>) -> syn::Result<(Option<Ident>, Expr)> {
    if stream.peek(syn::Ident) && stream.peek2(syn::token::Bracket) {
        let name = stream.fork().parse::<Ident>()?;
        if TYPES.iter().any(|(known, _)| name == known) {
            let name = stream.parse::<Ident>()?;
            return Ok((Some(name), Expr::Array(stream.parse()?)));
        }
    }
    Ok((None, stream.parse()?))
}

/// A shape with its element type.
fn with_type(shape: InputShape, dtype: &Ident, krate: &TokenStream) -> InputShape {
    let variant = TYPES.iter().find(|(known, _)| dtype == known);
    let variant = Ident::new(variant.map_or("F32", |(_, variant)| variant), dtype.span());
    let value = &shape.value;
    let ty = &shape.ty;
    InputShape {
        typed: true,
        value: quote!({
            const __SHAPE: #ty = #value;
            #krate::trace::Typed { shape: __SHAPE, dtype: #krate::DType::#variant }
        }),
        ty: quote!(#krate::trace::Typed<{
            const __SHAPE: #ty = #value;
            __SHAPE.len()
        }>),
    }
}

fn is_zero(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            syn::Lit::Int(n) => n.base10_parse::<usize>().is_ok_and(|n| n == 0),
            _ => false,
        },
        _ => false,
    }
}

/// `i64` and the like.
fn is_number_type(expr: &Expr) -> bool {
    let types = ["f32", "f64", "i64", "u8", "bool"];
    matches!(expr, Expr::Path(path) if types.iter().any(|name| path.path.is_ident(name)))
}

/// `[28, 28, 1]`, `[_, _, 3]`, `[28; 2]`, `i64[40]`, or a constant that is an array.
fn one_shape(expr: Expr, krate: &TokenStream, errors: &mut Errors) -> Option<InputShape> {
    let expr = match expr {
        Expr::Group(group) => return one_shape(*group.expr, krate, errors),
        Expr::Paren(paren) => return one_shape(*paren.expr, krate, errors),
        // The type is for the reader: layers that take whole numbers take them in any type.
        Expr::Index(index) if is_number_type(&index.expr) => {
            let dim = index.index;
            return one_shape(syn::parse_quote!([#dim]), krate, errors);
        }
        other => other,
    };
    let open = |e: &Expr| match e {
        Expr::Infer(_) => quote!(#krate::UNKNOWN),
        other => other.to_token_stream(),
    };
    let (rank, value) = match &expr {
        Expr::Array(array) => {
            if let Some(zero) = array.elems.iter().find(|e| is_zero(e)) {
                errors.at(zero, messages::NO_SIZE);
                return None;
            }
            let rank = Literal::usize_unsuffixed(array.elems.len()).into_token_stream();
            let dims = array.elems.iter().map(open);
            (rank, quote!([#(#dims),*]))
        }
        Expr::Repeat(repeat) => {
            let (dim, rank) = (open(&repeat.expr), &repeat.len);
            (rank.to_token_stream(), quote!([#dim; #rank]))
        }
        Expr::Lit(_) | Expr::Unary(_) | Expr::Binary(_) | Expr::Range(_) | Expr::Infer(_) => {
            errors.at(expr, messages::INPUT_SHAPE);
            return None;
        }
        constant => (quote!({ #constant.len() }), constant.to_token_stream()),
    };
    Some(InputShape {
        typed: false,
        ty: quote!([::core::primitive::usize; #rank]),
        value,
    })
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
    }
    FieldAttrs {
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
            Some((_, before)) => errors.at(at, messages::conflicting(before, attr)),
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
    of_crate(tokens, "`#[model(..)]` on an `impl`", errors)
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
