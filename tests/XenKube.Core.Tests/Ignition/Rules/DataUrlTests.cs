using System.Text;
using XenKube.Ignition.Syntax;

namespace XenKube.Tests.Ignition.Rules;

public sealed class DataUrlTests
{
    [Fact]
    public void Encode_escapes_all_but_letters_digits_and_nine_marks() =>
        Assert.Equal("data:,aZ09-_.!~*'()%2B%2F%20%25%C3%A9%00%0A", DataUrl.Encode("aZ09-_.!~*'()+/ %é\0\n"));

    [Fact]
    public void EscapedLength_is_the_length_of_the_escaped_text()
    {
        var all = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();
        Assert.Equal(DataUrl.Encode(all).Length, "data:,".Length + DataUrl.EscapedLength(all));
    }

    [Theory]
    [InlineData("data:,", "")]
    [InlineData("data:,a%20b", "a b")]
    [InlineData("data:;base64,aGk=", "hi")]
    [InlineData("data:;base64,aG\nk=", "hi")]
    [InlineData("data:;base64,", "")]
    [InlineData("data:text/plain;charset=utf-8;base64,aGk=", "hi")]
    [InlineData("data:text/plain;charset=\"a;b\\n\",x", "x")]
    [InlineData("data:x-a/b,c", "c")]
    [InlineData("data:textual/b,c", "c")]
    [InlineData("data:text/,c", "c")]
    [InlineData("data:,a,b;c", "a,b;c")]
    public void Decode_reads_what_the_reference_reads(string url, string expected)
    {
        var data = DataUrl.Decode(url, out var error);
        Assert.Null(error);
        Assert.Equal(expected, Encoding.UTF8.GetString(data!));
    }

    [Theory]
    [InlineData("http:,", "missing data prefix")]
    [InlineData("DATA:,", "missing data prefix")]
    [InlineData("data:", "missing comma before data")]
    [InlineData("data:text/plain;a=b", "missing comma before data")]
    [InlineData("data:text/plain;a=\"b\"", "missing comma before data")]
    [InlineData("data:=", "invalid character after data prefix")]
    [InlineData("data:text", "missing media type slash")]
    [InlineData("data:x,", "missing media type slash")]
    [InlineData("data:text;base64,aGk=", "invalid character for media type")]
    [InlineData("data:foo/bar,", "invalid media type")]
    [InlineData("data:text/plain", "incomplete media type")]
    [InlineData("data:text/pl=", "invalid character for media subtype")]
    [InlineData("data:text/plain;a=\"b\"c,", "expected semicolon or comma")]
    [InlineData("data:;", "unterminated parameter sequence")]
    [InlineData("data:;,", "unterminated parameter sequence")]
    [InlineData("data:;base64", "unterminated parameter sequence")]
    [InlineData("data:;a/b", "invalid character for parameter attribute")]
    [InlineData("data:;a=,", "invalid character for parameter value")]
    [InlineData("data:;a=b/,", "invalid character for parameter value")]
    [InlineData("data:;a=\"é\",", "invalid character for parameter value")]
    [InlineData("data:;base32,", "expected base64, got base32")]
    [InlineData("data:;a=\"b", "unclosed quoted string")]
    [InlineData("data:;a=\"b\\é\",", "invalid escaped character")]
    [InlineData("data:;a=\"b\\q\",", "invalid syntax")]
    [InlineData("data:;a=%zz,", "rfc2396: invalid char 0x25 in unescape sequence")]
    [InlineData("data:,a b", "invalid data character")]
    [InlineData("data:,é", "invalid data character")]
    [InlineData("data:;base64,a_b=", "invalid data character")]
    [InlineData("data:,%zz", "rfc2396: invalid char 0x25 in unescape sequence")]
    [InlineData("data:,%4", "rfc2396: unexpected end of unescape sequence")]
    [InlineData("data:;base64,a", "illegal base64 data at input byte 0")]
    [InlineData("data:;base64,aGk", "illegal base64 data at input byte 0")]
    [InlineData("data:;base64,aGk=a", "illegal base64 data at input byte 4")]
    [InlineData("data:;base64,=", "illegal base64 data at input byte 0")]
    [InlineData("data:;base64,aG=k", "illegal base64 data at input byte 2")]
    [InlineData("data:;base64,aG=", "illegal base64 data at input byte 3")]
    public void Validate_of_a_broken_url_gives_the_references_reason(string url, string expected) =>
        Assert.Equal(expected, DataUrl.Validate(url));

    [Fact]
    public void Encoded_bytes_decode_to_themselves()
    {
        var random = new Random(2);
        for (var i = 0; i < 200; i++)
        {
            var data = new byte[random.Next(100)];
            random.NextBytes(data);
            Assert.Equal(data, DataUrl.Decode(DataUrl.Encode(data), out _));
            Assert.Equal(data, DataUrl.Decode(DataUrl.EncodeBase64(data), out _));
        }
    }

    [Fact]
    public void Validate_of_random_text_never_throws()
    {
        var random = new Random(3);
        var alphabet = "data:;,=base64/\"\\%x-é ".ToCharArray();
        for (var i = 0; i < 20_000; i++)
        {
            var url = "data:" + new string(random.GetItems(alphabet, random.Next(15)));
            Assert.Equal(DataUrl.Decode(url, out var error) is null, error is not null);
        }
    }
}
