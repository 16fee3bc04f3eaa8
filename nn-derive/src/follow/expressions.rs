//! Operators, literals, tuples and assignments.

use super::{Follower, Local, OnError, Step, variable};
use crate::source::{is_number_constant, is_truth_constant};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{BinOp, Expr, ImplItem, Lit, Member, UnOp};

impl Follower<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) -> TokenStream {
        if let Some(path) = self.path(expr) {
            return match &path[..] {
                [] => self.unknown(),
                [Step::Field(name)] if self.built_parameter(name).is_some() => {
                    self.built_parameter(name).expect("it is known")
                }
                _ => {
                    let krate = self.krate;
                    self.ask(&path, quote!(#krate::statics::Question::Read), expr.span())
                }
            };
        }
        let krate = self.krate;
        match expr {
            Expr::Lit(e) => match &e.lit {
                Lit::Int(n) => match n.base10_parse::<isize>() {
                    Ok(n) => quote!(#krate::statics::Value::int(#n)),
                    Err(_) => quote!(#krate::statics::Value::SCALAR),
                },
                Lit::Float(_) => quote!(#krate::statics::Value::SCALAR),
                Lit::Bool(b) => quote!(#krate::statics::Value::truth_of(#b)),
                _ => self.unknown(),
            },
            Expr::Path(p) => self.name(&p.path),
            Expr::Paren(e) => self.expr(&e.expr),
            Expr::Group(e) => self.expr(&e.expr),
            Expr::Reference(e) if e.mutability.is_none() => self.expr(&e.expr),
            Expr::Cast(e) => self.cast(e),
            Expr::Block(e) if e.label.is_none() => self.block(&e.block),
            Expr::Unary(e) => {
                let value = self.expr(&e.expr);
                match e.op {
                    UnOp::Deref(_) => value,
                    UnOp::Not(_) => quote!(#krate::statics::not(#value)),
                    _ => quote!(#krate::statics::negated(#value)),
                }
            }
            Expr::Tuple(e) => self.many(e.elems.iter()),
            Expr::Array(e) => self.many(e.elems.iter()),
            Expr::Range(e) => {
                let mut end = |end: &Option<Box<Expr>>| match end {
                    Some(end) => {
                        let end = self.expr(end);
                        quote!(::core::option::Option::Some(#end))
                    }
                    None => quote!(::core::option::Option::None),
                };
                let (start, stop) = (end(&e.start), end(&e.end));
                let is_inclusive = matches!(e.limits, syn::RangeLimits::Closed(_));
                quote!(#krate::statics::Value::range(#start, #stop, #is_inclusive))
            }
            Expr::Field(e) if self.known_field(e).is_some() => self
                .known_field(e)
                .expect("it is known")
                .into_token_stream(),
            Expr::Field(e) => match &e.member {
                Member::Unnamed(index) => {
                    let (value, i) = (self.expr(&e.base), index.index as usize);
                    quote!(#value.item(#i))
                }
                Member::Named(name) => match self.field_of_struct(&e.base, name) {
                    Some(value) => value,
                    None => self.opaque(e.to_token_stream()),
                },
            },
            Expr::Struct(e) => {
                if let Some(value) = self.literal_struct(e) {
                    return self.settle(quote!(::core::result::Result::Ok(#value)), e.span());
                }
                let mut parts = self.arguments(e.fields.iter().map(|f| &f.expr));
                parts.extend(e.rest.as_ref().map(|rest| self.expr(rest)));
                let unknown = self.unknown();
                let lost = self.settle(quote!(::core::result::Result::Ok(#unknown)), e.span());
                quote!({ #(let _ = #parts;)* #lost })
            }
            Expr::Try(e) => {
                let value = self.expr(&e.expr);
                match self.on_error {
                    OnError::FailTheModel => value,
                    OnError::GiveNothing => {
                        quote!({ let __value = #value; __steps.may_give_nothing(); __value })
                    }
                    OnError::Leave => {
                        quote!({ let __value = #value; __steps.may_leave(); __value })
                    }
                }
            }
            Expr::Index(e) => {
                let (value, index) = (self.expr(&e.expr), self.expr(&e.index));
                let answer = quote!(#krate::statics::index(#value, #index, __at));
                self.read(answer, e.index.span())
            }
            Expr::Binary(e) => self.binary(e),
            Expr::Assign(e) => self.assign(e),
            Expr::If(e) => self.if_(e),
            Expr::Match(e) => self.match_(e),
            Expr::Return(e)
                if self.on_error == OnError::FailTheModel
                    && e.expr.as_deref().is_some_and(is_error) =>
            {
                let (opaque, failed) = (self.opaque(e.expr.to_token_stream()), self.failed());
                quote!({ let _ = #opaque; #failed })
            }
            Expr::Return(e) => {
                let gives_nothing = self.on_error == OnError::GiveNothing
                    && e.expr.as_deref().is_some_and(is_error);
                let value = e.expr.as_ref().map(|e| self.expr(e));
                let value = match gives_nothing {
                    true => {
                        let never = self.never();
                        quote!({ let _ = #value; #never })
                    }
                    false => value.unwrap_or_else(|| self.unknown()),
                };
                let never = self.never();
                quote! {{
                    let __returned = #value;
                    if let ::core::option::Option::Some(__answer) = __steps.leave(__returned) {
                        return __answer;
                    }
                    #never
                }}
            }
            Expr::ForLoop(e) => self.for_(e),
            Expr::Call(e) => self.function(e),
            Expr::MethodCall(e) => self.method(e),
            Expr::Macro(e) => self.macro_(&e.mac),
            other => {
                let (opaque, unknown) = (self.opaque(other.to_token_stream()), self.unknown());
                let lost = self.settle(quote!(::core::result::Result::Ok(#unknown)), other.span());
                quote!({ let _ = #opaque; #lost })
            }
        }
    }

    /// The variable of a field of a struct that was written out.
    fn known_field(&self, e: &syn::ExprField) -> Option<&proc_macro2::Ident> {
        let (Expr::Path(base), Member::Named(name)) = (&*e.base, &e.member) else {
            return None;
        };
        match self.local(base.path.get_ident()?)? {
            Local::Struct(_, fields) => fields.get(&name.unraw().to_string()),
            _ => None,
        }
    }

    /// A variable or a constant.
    pub(super) fn name(&mut self, path: &syn::Path) -> TokenStream {
        let krate = self.krate;
        let number = |constant: TokenStream| quote!(#krate::statics::Value::whole(#constant as ::core::primitive::i128));
        if let Some(ident) = path.get_ident() {
            let name = ident.to_string();
            return match self.local(ident) {
                Some(Local::Value { .. }) => variable(ident).into_token_stream(),
                Some(Local::Struct(path, fields)) => self
                    .named_struct(path, fields)
                    .unwrap_or_else(|| self.unknown()),
                Some(_) => self.unknown(),
                None if self.consts.contains(&name) => number(ident.into_token_stream()),
                None if is_constant(&name) && is_number_constant(&name) => {
                    number(ident.into_token_stream())
                }
                None if self.truths.contains(&name)
                    || is_constant(&name) && is_truth_constant(&name) =>
                {
                    quote!(#krate::statics::Value::truth_of(#ident))
                }
                None => self.unknown(),
            };
        }
        let segments: Vec<&syn::PathSegment> = path.segments.iter().collect();
        if let [own, constant] = &segments[..]
            && self.is_own_type(&own.ident.to_string())
            && self.has_number(&constant.ident)
        {
            let (self_ty, constant) = (&self.block.self_ty, &constant.ident);
            return number(quote!(<#self_ty>::#constant));
        }
        // `sizes::WIDTH`, of a module.
        if let [.., module, constant] = &segments[..]
            && module.ident.to_string().starts_with(char::is_lowercase)
            && is_constant(&constant.ident.to_string())
            && is_number_constant(&constant.ident.to_string())
        {
            return number(path.to_token_stream());
        }
        self.unknown()
    }

    /// Whether a name is that of the struct: `Self`, or its own.
    pub(super) fn is_own_type(&self, name: &str) -> bool {
        let is_its_own = |ty: &syn::TypePath| ty.path.is_ident(name);
        name == "Self" || matches!(&*self.block.self_ty, syn::Type::Path(ty) if is_its_own(ty))
    }

    /// Whether the block has a constant that is a number.
    fn has_number(&self, name: &syn::Ident) -> bool {
        self.block.items.iter().any(|item| match item {
            ImplItem::Const(item) => {
                item.ident == *name
                    && crate::source::is_number(&item.ty)
                    && !super::is_configured(&item.attrs)
            }
            _ => false,
        })
    }

    /// Whole numbers become those of another type as Rust does it; floats are not followed.
    pub(super) fn cast(&mut self, e: &syn::ExprCast) -> TokenStream {
        let (krate, value) = (self.krate, self.expr(&e.expr));
        match e.ty.to_token_stream().to_string().as_str() {
            to @ ("i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32"
            | "u64" | "u128" | "usize") => quote!(#value.cast(#to)),
            "f32" | "f64" => quote!({ let _ = #value; #krate::statics::Value::SCALAR }),
            _ => quote!({ let _ = #value; #krate::statics::Value::UNKNOWN }),
        }
    }

    /// The sizes of an array of numbers that is written out, `[[1.0, 2.0], [3.0, 4.0]]` or `[0.5; 4]`.
    pub(super) fn sizes_of(&mut self, array: &Expr) -> Option<Vec<TokenStream>> {
        let krate = self.krate;
        Some(match array {
            Expr::Reference(e) => return self.sizes_of(&e.expr),
            Expr::Paren(e) => return self.sizes_of(&e.expr),
            Expr::Group(e) => return self.sizes_of(&e.expr),
            Expr::Array(e) => {
                let n = e.elems.len();
                // All parts of an array have the type of the first one.
                let mut inner = self.sizes_of(e.elems.first()?)?;
                inner.insert(
                    0,
                    quote!(#krate::statics::Value::whole(#n as ::core::primitive::i128)),
                );
                inner
            }
            Expr::Repeat(e) => {
                let mut inner = self.sizes_of(&e.expr)?;
                inner.insert(0, self.expr(&e.len));
                inner
            }
            Expr::Unary(e) => match (&e.op, &*e.expr) {
                (syn::UnOp::Neg(_), Expr::Lit(_)) => Vec::new(),
                _ => return None,
            },
            Expr::Lit(_) => Vec::new(),
            _ => return None,
        })
    }

    pub(super) fn many<'e>(&mut self, parts: impl Iterator<Item = &'e Expr>) -> TokenStream {
        let krate = self.krate;
        let parts: Vec<TokenStream> = parts.map(|e| self.expr(e)).collect();
        quote!(#krate::statics::Value::many(&[#(#parts),*]))
    }

    pub(super) fn binary(&mut self, e: &syn::ExprBinary) -> TokenStream {
        let krate = self.krate;
        let (sign, assigns) = match e.op {
            BinOp::Add(_) => ("+", false),
            BinOp::Sub(_) => ("-", false),
            BinOp::Mul(_) => ("*", false),
            BinOp::Div(_) => ("/", false),
            BinOp::Rem(_) => ("%", false),
            BinOp::Eq(_) => ("==", false),
            BinOp::Ne(_) => ("!=", false),
            BinOp::Lt(_) => ("<", false),
            BinOp::Le(_) => ("<=", false),
            BinOp::Gt(_) => (">", false),
            BinOp::Ge(_) => (">=", false),
            BinOp::AddAssign(_) => ("+", true),
            BinOp::SubAssign(_) => ("-", true),
            BinOp::MulAssign(_) => ("*", true),
            BinOp::DivAssign(_) => ("/", true),
            BinOp::And(_) => return self.and_or(e, false),
            BinOp::Or(_) => return self.and_or(e, true),
            _ => return self.opaque(e.to_token_stream()),
        };
        let (left, right) = (self.expr(&e.left), self.expr(&e.right));
        let answer = quote!(#krate::statics::binary(#sign, #left, #right, __at));
        let value = self.settle(answer, e.op.span());
        match assigns {
            false => value,
            true => self.store(&e.left, value, e.to_token_stream()),
        }
    }

    pub(super) fn assign(&mut self, e: &syn::ExprAssign) -> TokenStream {
        let value = self.expr(&e.right);
        if !matches!(&*e.left, Expr::Tuple(_) | Expr::Array(_)) {
            return self.store(&e.left, value, e.to_token_stream());
        }
        self.count += 1;
        let name = quote::format_ident!("__assigned{}", self.count);
        let mut stores = Vec::new();
        self.store_parts(&e.left, name.to_token_stream(), e, &mut stores);
        let unknown = self.unknown();
        quote! {{
            let #name = #value;
            #(let _ = #stores;)*
            #unknown
        }}
    }

    /// `(a, [b, _]) = value`
    fn store_parts(
        &mut self,
        left: &Expr,
        value: TokenStream,
        whole: &syn::ExprAssign,
        stores: &mut Vec<TokenStream>,
    ) {
        let parts = match left {
            Expr::Tuple(e) => &e.elems,
            Expr::Array(e) => &e.elems,
            one => return stores.push(self.store(one, value, whole.to_token_stream())),
        };
        // `..` stands for any number of parts.
        if parts.iter().any(|part| matches!(part, Expr::Range(_))) {
            return stores.push(self.opaque(whole.to_token_stream()));
        }
        for (i, part) in parts.iter().enumerate() {
            self.store_parts(part, quote!(#value.item(#i)), whole, stores);
        }
    }

    /// `left = value`, where `left` is a variable.
    pub(super) fn store(
        &mut self,
        left: &Expr,
        value: TokenStream,
        whole: TokenStream,
    ) -> TokenStream {
        let name = match left {
            Expr::Path(p) => p.path.get_ident(),
            _ => None,
        };
        match name.map(|ident| (ident, self.local(ident))) {
            Some((ident, Some(Local::Value { .. }))) => {
                let (name, unknown) = (variable(ident), self.unknown());
                quote!({ #name = #value; #unknown })
            }
            _ if matches!(left, Expr::Infer(_)) => {
                let unknown = self.unknown();
                quote!({ let _ = #value; #unknown })
            }
            _ => self.opaque(whole),
        }
    }
}

/// `Err(..)`
pub(super) fn is_error(expr: &Expr) -> bool {
    match expr {
        Expr::Call(e) => matches!(&*e.func, Expr::Path(p) if p.path.is_ident("Err")),
        _ => false,
    }
}

fn is_constant(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_uppercase() || c.is_numeric() || c == '_')
}
