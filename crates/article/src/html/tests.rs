//! Cases of our own for the rules of tree construction, each checked against a browser-grade parser when written.
//!
//! Where the tree differs on purpose: `html`, `head`, `body` and `tbody` stand only where the page writes them;
//! comments and doctypes leave nothing; what a table holds outside its cells stays where it is written instead
//! of moving before the table; and misnested formatting ends with its block instead of being opened again in
//! the next. Each case of the last two says so, and in all of them the text and its order are those of a browser.

use super::*;

/// The tree as nested brackets: `p[one b[two]]`. Elements without a rule of their own show their kind.
fn shape(tree: &Tree<'_>, id: Id, out: &mut String) {
    for child in tree.children(id) {
        match tree.nodes[child].tag {
            Tag::Text => out.push_str(tree.text(child).trim()),
            tag => {
                out.push_str(&format!("{tag:?}").to_lowercase());
                out.push('[');
                shape(tree, child, out);
                out.push(']');
            }
        }
    }
}

fn check(html: &str, expected: &str) {
    let tree = Tree::parse(html);
    let mut out = String::new();
    shape(&tree, 0, &mut out);
    assert_eq!(out, expected, "{html}");
}

#[test]
fn paragraphs_end_where_blocks_begin() {
    check("<p>one<p>two", "p[one]p[two]");
    check("<p>one<div>two</div>three", "p[one]div[two]three");
    check("<p>a<ul><li>b</ul>c", "p[a]ul[li[b]]c");
    check("<p>a<table><tr><td>b</table>c", "p[a]table[tr[td[b]]]c");
    check("<p>a<hr>b", "p[a]hr[]b");
    check("<p>a<h2>b</h2>c", "p[a]h2[b]c");
    check("<p>a<span>b<p>c", "p[aspan[b]]p[c]");
    check("<p>a<button><p>b</button>c", "p[abutton[p[b]]c]");
    check("<p>a<article>b</article>", "p[a]article[b]");
    check("<P>a<Div>b</DIV>", "p[a]div[b]");
}

#[test]
fn the_end_of_a_paragraph_that_never_began_parts_the_text() {
    check("a</p>b", "ap[]b");
    check("<div>a</p>b</div>", "div[ap[]b]");
    check("<p>a</p></p>b", "p[a]p[]b");
    check("<p>a<table><tr><td>b</p>c</table>", "p[a]table[tr[td[bp[]c]]]");
    check("a</br>b", "abr[]b");
}

#[test]
fn list_items_end_the_one_before() {
    check("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>", "ul[li[a]li[bul[li[c]]]li[d]]");
    check("<ul><li><div>a<li>b</ul>", "ul[li[div[a]]li[b]]");
    check("<ul><li><p>a<li><p>b</ul>", "ul[li[p[a]]li[p[b]]]");
    check("<li>a<li>b", "li[a]li[b]");
    check("<ul><li>a</ul></li>b", "ul[li[a]]b");
    check("<ol><li>a<ul></li>b</ul></ol>", "ol[li[aul[b]]]");
    check("<dl><dt>a<dd>b<dt>c</dl>", "dl[dt[a]dd[b]dt[c]]");
    check("<dl><dd>a<dl><dt>b</dl><dd>c</dl>", "dl[dd[adl[dt[b]]]dd[c]]");
    check("<select><option>a<option>b</select>c", "select[option[a]option[b]]c");
    check("<ruby>a<rt>b<rt>c</ruby>", "ruby[art[b]rt[c]]");
    check("<ruby>a<rp>(<rt>b<rp>)</ruby>", "ruby[arp[(]rt[b]rp[)]]");
}

#[test]
fn rows_and_cells_end_the_ones_before() {
    check("<table><tr><td>1<td>2<tr><td>3</table>x", "table[tr[td[1]td[2]]tr[td[3]]]x");
    check("<table><tr><th>1<td>2</table>", "table[tr[th[1]td[2]]]");
    check("<table><thead><tr><th>1<tbody><tr><td>2</table>", "table[thead[tr[th[1]]]tbody[tr[td[2]]]]");
    check("<table><tbody><tr><td>1<tfoot><tr><td>2</table>", "table[tbody[tr[td[1]]]tfoot[tr[td[2]]]]");
    check("<table><caption>a<tr><td>b</table>", "table[caption[a]tr[td[b]]]");
    check("<table><colgroup><col><tr><td>b</table>", "table[colgroup[col[]]tr[td[b]]]");
    check("<table><tr><td>a<table><tr><td>b</table>c<td>d</table>", "table[tr[td[atable[tr[td[b]]]c]td[d]]]");
    check("<table><tr><td>a</div>b</table>", "table[tr[td[ab]]]");
    check("<table><tr><td><ul><li>a<td>b</table>", "table[tr[td[ul[li[a]]]td[b]]]");
    // A browser moves `a` before the table.
    check("<table>a<tr><td>b</table>", "table[atr[td[b]]]");
}

#[test]
fn stray_ends_do_not_close_what_they_must_not() {
    check("a</span>b", "ab");
    check("<div>a</x-y><x-y>b</x-y>c</div>", "div[acustom[b]c]");
    check("<section>a</article>b</section>c", "section[ab]c");
    check("<div>a</body></html>b</div>c", "div[ab]c");
    check("<h2>one</h3>two", "h2[one]two");
    check("<h2>one<h3>two</h3>", "h2[one]h3[two]");
    check("<x1>a<x2>b</x1>c", "other[aother[b]]c");
    check("<x1>a</x2>b</x1>c", "other[ab]c");
    check("</>a</ b>c", "ac");
    check("<div>a</div title='>'>b", "div[a]b");
}

#[test]
fn misnested_formatting_keeps_its_text() {
    // A browser opens `b` again after the `div`.
    check("<div><b>one</div>two", "div[b[one]]two");
    // A browser ends `b` inside the paragraph and opens it again around `one`.
    check("<b><p>one</b>two</p>", "b[p[onetwo]]");
    // A browser opens `b` again in the second paragraph.
    check("<p><b>one<p>two", "p[b[one]]p[two]");
    check("<b><i>a</b>b</i>", "b[i[a]]b");
    check("<a>one<a>two</a>", "a[one]a[two]");
    check("<a>one<b>two<a>three</a>", "a[oneb[two]]a[three]");
    check("<p><a>one<p>two</a>three", "p[a[one]]p[twothree]");
}

#[test]
fn forms_do_not_nest_and_end_alone() {
    check("<form>a<form>b</form>c", "form[ab]c");
    check("<div><form><div>a</form>b</div>c</div>d", "div[form[div[ab]]c]d");
    check("<form><p>a</form>b", "form[p[a]]b");
    check("</form>a", "a");
    check("<form>a</form><form>b</form>", "form[a]form[b]");
}

#[test]
fn void_elements_hold_nothing() {
    check("a<br>b<br/>c<img src=x>d<wbr>e</img>f", "abr[]bbr[]cimg[]dwbr[]ef");
    check("<image src=x>a", "img[]a");
    check("<div/>a", "div[a]");
    check("<input>a<hr/>b<embed>c<source>d", "input[]ahr[]bembed[]csource[]d");
}

#[test]
fn raw_text_and_comments_are_not_markup() {
    check("<script>if (a</b) '<p>'</script>x", "script[if (a</b) '<p>']x");
    check("<script>a</scripts></script >b", "script[a</scripts>]b");
    check("<script><!-- '<script>a</script>' --></script>b", "script[<!-- '<script>a</script>' -->]b");
    check("<script><!-- a </script>b", "script[<!-- a]b");
    check("<script><!--> '<script>' </script>b", "script[<!--> '<script>']b");
    check("<style>a > b {} </p></STYLE>c", "style[a > b {} </p>]c");
    check("<title>a &amp; <b></title>", "title[a & <b>]");
    check("<textarea><p>a &lt; b</textarea>c", "textarea[<p>a < b]c");
    check("<iframe><p>a</iframe><xmp><b>c</xmp>", "iframe[<p>a]xmp[<b>c]");
    check("a<plaintext>b</plaintext><p>&amp;", "aplaintext[b</plaintext><p>&amp;]");
    check("a<!-- <p> -- > -->b<!-->c<!-- x --!>d<!--->e<!---->f", "abcdef");
    check("a<!-- b", "a");
    check("<!DOCTYPE html><?php echo '>a", "a");
    check("<!weird>a<![CDATA[b]]>c", "ac");
    check("a < b <3 c", "a < b <3 c");
    check("a <", "a <");
    check("a </", "a </");
    check("<p title='a>b' x=\"<\">t</p\n>u", "p[t]u");
    check("a<p title='never closed", "a");
}

#[test]
fn drawings_and_formulas_end_where_html_begins() {
    check("<svg><path/><g><title>x</title></g></svg>y", "svg[other[]other[title[x]]]y");
    check("<svg><path><p>a</p>b", "svg[other[]]p[a]b");
    check("<svg/>a<math/>b", "svg[]amath[]b");
    check("<svg><foreignObject><p>a</p><div/>b</div></foreignObject></svg>c", "svg[foreignobject[p[a]div[b]]]c");
    check("<div><svg><g></div>a", "div[svg[other[]]]a");
    check("<p>a<svg><g/></svg>b</p>c", "p[asvg[other[]]b]c");
    check("<svg><style/><image/></svg>a", "svg[style[]other[]]a");
    // A browser ignores the end of a drawing while HTML in it is open, and hides the rest of the page in it.
    check("<svg><desc><div>a</desc></svg>b", "svg[desc[div[a]]]b");
    // A browser leaves the words in the drawing and in the formula's `mi`; neither is read as text.
    check("<svg><![CDATA[<p>a]]></svg>b", "svg[]b");
    check("<math><mi>x<span>a", "math[other[x]]span[a]");
}

#[test]
fn templates_keep_to_themselves() {
    check("<div><template><p>a</div>b</template>c</div>d", "div[template[p[ab]]c]d");
    check("<p>a<template><p>b</template>c</p>", "p[atemplate[p[b]]c]");
    check("<form><template><form>a</form></template>b</form>c", "form[template[form[a]]b]c");
    check("<table><template><tr><td>a</template><tr><td>b</table>", "table[template[tr[td[a]]]tr[td[b]]]");
}

#[test]
fn head_ends_at_the_first_thing_that_is_seen() {
    check("<head><meta><title>a</title><p>b", "head[meta[]title[a]]p[b]");
    check("<head><meta>a<title>b</title>", "head[meta[]]atitle[b]");
    check("<head><meta><unknown>a", "head[meta[]]other[a]");
    check("<html><head></head><body>a<body>b<html>c", "html[head[]body[abc]]");
    check("<body>a<head><p>b", "body[ap[b]]");
}

#[test]
fn references_decode_as_browsers_do() {
    let check = |text: &str, expected: &str| assert_eq!(decode_references(text, false), expected);
    check("Pe&ntilde;a &amp; Fran&#231;ois &#x2019; &hellip;", "Peña & François ’ …");
    check("AT&T &copy2024 &unknown; &; &# &#150; &notit;", "AT&T ©2024 &unknown; &; &# – ¬it;");
    check("&#0; &#xD800; &#x110000; &#99999999999; &#x; &#x80 &#X41;", "\u{fffd} \u{fffd} \u{fffd} \u{fffd} &#x; € A");
    check("&CounterClockwiseContourIntegral; &notin; &notin &ampamp;", "∳ ∉ ¬in &amp;");
    check("&amp;lt; &lt &LT; &Lt;", "&lt; < < ≪");
    assert_eq!(decode_references("?a=1&copy=2&amp;b", true), "?a=1&copy=2&b");
    assert_eq!(decode_references("&copy; &copy &copyx &copy2", true), "© © &copyx &copy2");
}

#[test]
fn attributes_are_read_in_every_quoting() {
    let tree = Tree::parse("<a HREF=x/y title='a \"b\"' data-n=\"1&amp;2\" checked>");
    assert_eq!(tree.attribute(1, "href").as_deref(), Some("x/y"));
    assert_eq!(tree.attribute(1, "title").as_deref(), Some("a \"b\""));
    assert_eq!(tree.attribute(1, "data-n").as_deref(), Some("1&2"));
    assert_eq!(tree.attribute(1, "checked").as_deref(), Some(""));
    assert_eq!(tree.attribute(1, "none"), None);
    let all = |html: &'static str| Tree::parse(html).attributes(1).collect::<Vec<_>>();
    assert_eq!(all("<p a = b c='d'e=\"f\"/g>"), [("a", "b"), ("c", "d"), ("e", "f"), ("g", "")]);
    assert_eq!(all("<p =a b==c d=>"), [("=a", ""), ("b", "=c"), ("d", "")]);
    assert_eq!(all("<p/a=b/c>"), [("a", "b/c")]);
    assert_eq!(all("<p a\n=\n'b\nc'>"), [("a", "b\nc")]);
    assert_eq!(all("<p a<b=\"<>\">"), [("a<b", "<>")]);
    // The first of two counts.
    assert_eq!(Tree::parse("<p id=a ID=b>").attribute(1, "id").as_deref(), Some("a"));
}

#[test]
fn deep_nesting_is_flattened_and_keeps_its_text() {
    let html = format!("{}deep{}after", "<div>".repeat(20_000), "</div>".repeat(20_000));
    let tree = Tree::parse(&html);
    assert!(tree.is_deep);
    assert_eq!(tree.all_text(0).trim(), "deepafter");
    assert_eq!(tree.parent(tree.nodes.len() - 1), 0, "what follows stands outside again");
}

proptest::proptest! {
    #[test]
    fn parsing_never_panics_and_children_lie_inside(html in "(<[a-z/!]{0,4}[ a-z='\"]{0,8}>|&[a-z#0-9]{0,6};?|\\PC{0,6}|</?(p|li|td|tr|table|a|div|script|form|svg|foreignObject|template|caption)>){0,60}") {
        let tree = Tree::parse(&html);
        for id in 1..tree.nodes.len() {
            proptest::prop_assert!(tree.parent(id) < id && tree.end(id) <= tree.end(tree.parent(id)) && tree.end(id) > id);
            tree.text(id);
            tree.attributes(id).count();
        }
    }
}
