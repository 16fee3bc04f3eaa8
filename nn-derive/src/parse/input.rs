//! What goes in, as `#[model(input = ..)]` says it: `[28, 28, 1]`, `i64[40]`, `([5], [8])`, `[2 * seq, 64]`.

use crate::errors::Errors;
use crate::messages;
use crate::syntax::{Input, InputShape};
use proc_macro2::{Group, Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;

/// The value of `input`.
pub(super) fn input_shape(
    meta: &ParseNestedMeta,
    krate: &TokenStream,
    names: &mut Vec<String>,
    errors: &mut Errors,
) -> syn::Result<Option<Input>> {
    if !meta.input.peek(syn::Token![=]) {
        errors.at(&meta.path, messages::needs_value("input", "[28, 28, 1]"));
        return Ok(None);
    }
    let stream = meta.value()?;
    let key = meta.path.to_token_stream().to_string();
    let mut shape = |(dtype, expr): (Option<Ident>, Expr)| {
        let shape = one_shape(expr, &key, krate, names, errors)?;
        Some(match dtype {
            Some(dtype) => with_type(shape, &dtype, krate),
            None => shape,
        })
    };
    if stream.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in stream);
        let parts = Punctuated::<_, syn::Token![,]>::parse_terminated_with(&content, typed);
        // What is left of it is not to be reported too.
        content.parse::<TokenStream>()?;
        let parts = parts?;
        if parts.len() == 1 && !parts.trailing_punct() {
            return Ok(parts.into_iter().next().and_then(shape).map(Input::One));
        }
        let is_number = |(dtype, size): &(Option<Ident>, Expr)| {
            dtype.is_none() && matches!(size, Expr::Lit(_) | Expr::Infer(_))
        };
        if parts.len() > 1 && parts.iter().all(is_number) {
            let sizes = parts
                .iter()
                .map(|(_, size)| size.to_token_stream().to_string());
            let sizes = sizes.collect::<Vec<_>>().join(", ");
            let message = messages::input_in_parentheses(&key, &sizes);
            return Err(syn::Error::new_spanned(&parts[0].1, message));
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

/// Those of Rust that an input cannot have, and the names that Keras, NumPy and PyTorch give to types.
const OTHER_TYPES: [&str; 27] = [
    "i8", "i16", "i32", "u16", "u32", "u64", "usize", "isize", "f16", "bf16", "int", "int8",
    "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "long", "float", "float16",
    "float32", "float64", "bfloat16", "double", "half",
];

/// One input, with its element type if it is given: `[28, 28]` or `i64[40]`.
fn typed(stream: ParseStream<'_>) -> syn::Result<(Option<Ident>, Expr)> {
    if stream.peek(syn::Ident) && stream.peek2(syn::token::Bracket) {
        let name = stream.fork().parse::<Ident>()?;
        if TYPES.iter().any(|(known, _)| name == known) {
            let name = stream.parse::<Ident>()?;
            return Ok((Some(name), Expr::Array(stream.parse()?)));
        }
        if OTHER_TYPES.iter().any(|other| name == other)
            && !crate::source::is_another_value(&name.to_string())
        {
            return Err(syn::Error::new_spanned(name, messages::ELEMENT_TYPE));
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
        value: quote!({
            const __SHAPE: #ty = #value;
            #krate::trace::Typed { shape: __SHAPE, dtype: #krate::DType::#variant }
        }),
        ty: quote!(#krate::trace::Typed<{
            const __SHAPE: #ty = #value;
            __SHAPE.len()
        }>),
        dtype: Some(variant),
        named: shape.named,
    }
}

/// The names in a size, `seq` in `2 * seq + 1`: what is written as variables are in plain arithmetic, and no constant of the file.
fn names_in<'e>(size: &'e Expr, names: &mut Vec<&'e Ident>) {
    match size {
        Expr::Path(path) => {
            let name = path.path.get_ident().filter(|name| {
                let text = name.to_string();
                text.starts_with(char::is_lowercase) && !crate::source::defines(&text, "const")
            });
            names.extend(name);
        }
        Expr::Paren(e) => names_in(&e.expr, names),
        Expr::Group(e) => names_in(&e.expr, names),
        Expr::Binary(e) => {
            names_in(&e.left, names);
            names_in(&e.right, names);
        }
        _ => {}
    }
}

/// A product of two sizes that both have names, `seq * time`.
fn product_of_names(size: &Expr) -> Option<&Expr> {
    let has_names = |part: &Expr| {
        let mut found = Vec::new();
        names_in(part, &mut found);
        !found.is_empty()
    };
    match size {
        Expr::Paren(e) => product_of_names(&e.expr),
        Expr::Group(e) => product_of_names(&e.expr),
        Expr::Binary(e) if matches!(e.op, syn::BinOp::Mul(_)) && has_names(&e.left) => {
            has_names(&e.right).then_some(size)
        }
        Expr::Binary(e) => product_of_names(&e.left).or_else(|| product_of_names(&e.right)),
        _ => None,
    }
}

/// A size as the compiler's check takes it: with the dimensions that stand for names.
fn with_names(size: TokenStream, names: &[String], krate: &TokenStream) -> TokenStream {
    let tokens = size.into_iter().map(|token| match token {
        TokenTree::Ident(name) => match names.iter().position(|known| name == known) {
            Some(i) => quote!(#krate::statics::named(#i)),
            None => name.into_token_stream(),
        },
        TokenTree::Group(group) => {
            let inner = with_names(group.stream(), names, krate);
            Group::new(group.delimiter(), inner).into_token_stream()
        }
        other => other.into_token_stream(),
    });
    tokens.collect()
}

/// The most names that there can be, the batch included.
const NAMES: usize = 6;

/// The most sizes that an input has, beside the batch.
const MOST_SIZES: usize = 7;

/// A size of `INPUT` and the same for the check. Sizes with names are open in `INPUT`.
fn size(
    size: &Expr,
    krate: &TokenStream,
    names: &mut Vec<String>,
    errors: &mut Errors,
) -> (TokenStream, TokenStream) {
    let open = quote!(#krate::UNKNOWN);
    if let Expr::Infer(_) = size {
        return (open.clone(), open);
    }
    let mut found = Vec::new();
    names_in(size, &mut found);
    if found.is_empty() {
        let size = size.to_token_stream();
        return (size.clone(), size);
    }
    if let Some(product) = product_of_names(size) {
        errors.at(product, messages::PRODUCT_OF_NAMES);
        return (open.clone(), open);
    }
    for name in found {
        if names.is_empty() {
            names.push("batch".to_string());
        }
        if !names.iter().any(|known| name == known) {
            match names.len() < NAMES {
                true => names.push(name.to_string()),
                false => errors.at(name, messages::TOO_MANY_NAMES),
            }
        }
    }
    (open, with_names(size.to_token_stream(), names, krate))
}

/// What is written like a size and is none: 0, -1, 28.0, Python's `None`.
fn is_no_size(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            syn::Lit::Int(n) => n.base10_parse::<usize>().is_ok_and(|n| n == 0),
            _ => true,
        },
        Expr::Unary(unary) => {
            matches!(unary.op, syn::UnOp::Neg(_)) && matches!(&*unary.expr, Expr::Lit(_))
        }
        Expr::Path(path) => path.path.is_ident("None"),
        _ => false,
    }
}

/// `i64` and the like.
fn is_number_type(expr: &Expr) -> bool {
    let types = ["f32", "f64", "i64", "u8", "bool"];
    matches!(expr, Expr::Path(path) if types.iter().any(|name| path.path.is_ident(name)))
}

/// `[28, 28, 1]`, `[_, _, 3]`, `[28; 2]`, `i64[40]`, or a constant that is an array.
fn one_shape(
    expr: Expr,
    key: &str,
    krate: &TokenStream,
    names: &mut Vec<String>,
    errors: &mut Errors,
) -> Option<InputShape> {
    let expr = match expr {
        Expr::Group(group) => return one_shape(*group.expr, key, krate, names, errors),
        Expr::Paren(paren) => return one_shape(*paren.expr, key, krate, names, errors),
        // The type is for the reader: layers that take whole numbers take them in any type.
        Expr::Index(index) if is_number_type(&index.expr) => {
            let dim = index.index;
            return one_shape(syn::parse_quote!([#dim]), key, krate, names, errors);
        }
        other => other,
    };
    let (rank, value, named) = match &expr {
        Expr::Array(array) => {
            if let Some(inner) = array.elems.iter().find(|e| matches!(e, Expr::Array(_))) {
                let shapes = messages::type_as_written(&array.elems);
                errors.at(inner, messages::several_shapes(key, &shapes));
                return None;
            }
            if let Some(none) = array.elems.iter().find(|e| is_no_size(e)) {
                errors.at(none, messages::NO_SIZE);
                return None;
            }
            if let Some(beyond) = array.elems.iter().nth(MOST_SIZES) {
                errors.at(beyond, messages::too_many_sizes(key, array.elems.len()));
                return None;
            }
            let rank = Literal::usize_unsuffixed(array.elems.len()).into_token_stream();
            let sizes = array.elems.iter().map(|e| size(e, krate, names, errors));
            let (dims, named): (Vec<_>, Vec<_>) = sizes.unzip();
            (rank, quote!([#(#dims),*]), quote!([#(#named),*]))
        }
        Expr::Repeat(repeat) => {
            if let Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Int(len),
                ..
            }) = &*repeat.len
                && let Some(found) = len.base10_parse().ok().filter(|n| *n > MOST_SIZES)
            {
                errors.at(len, messages::too_many_sizes(key, found));
                return None;
            }
            let (dim, named) = size(&repeat.expr, krate, names, errors);
            let rank = &repeat.len;
            (
                rank.to_token_stream(),
                quote!([#dim; #rank]),
                quote!([#named; #rank]),
            )
        }
        Expr::Tuple(_) => {
            errors.at(expr, messages::nested_shapes(key));
            return None;
        }
        Expr::Lit(_)
        | Expr::Unary(_)
        | Expr::Binary(_)
        | Expr::Range(_)
        | Expr::Infer(_)
        | Expr::Block(_) => {
            let number = expr.to_token_stream().to_string();
            let number = number.trim_matches(['{', '}', ' ']).to_string();
            let is_number = number.chars().all(|c| c.is_ascii_digit());
            let number = is_number.then_some(number);
            errors.at(expr, messages::input_shape(key, number.as_deref()));
            return None;
        }
        constant => {
            // Of what is no array the compiler says so at its name.
            let len = quote_spanned!(constant.span()=> len());
            let constant = constant.to_token_stream();
            (quote!({ #constant.#len }), constant.clone(), constant)
        }
    };
    Some(InputShape {
        ty: quote!([::core::primitive::usize; #rank]),
        value,
        dtype: None,
        named,
    })
}
