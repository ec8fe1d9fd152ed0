using XenKube.Ignition.Syntax;

namespace XenKube.Tests.Ignition.Rules;

public sealed class GoUrlTests
{
    [Theory]
    [InlineData("HTTP://Example.COM:80/a b/%7Euser/é?q=ü&z=%zz#frag ment", "http://Example.COM:80/a%20b/~user/%C3%A9?q=ü&z=%zz#frag%20ment")]
    [InlineData("https://user:p@ss@example.com/", "https://user:p%40ss@example.com/")]
    [InlineData("http://example.com?", "http://example.com?")]
    [InlineData("http://h/a%2fb", "http://h/a%2fb")]
    [InlineData("http://h/a%2fb c", "http://h/a/b%20c")]
    [InlineData("http://h/(a)!'*[x]", "http://h/(a)!'*[x]")]
    [InlineData("http://h/(a)!'*[x] ", "http://h/%28a%29%21%27%2A%5Bx%5D%20")]
    [InlineData("oem:x y", "oem:x y")]
    [InlineData("oem:///config.ign", "oem:///config.ign")]
    [InlineData("oem:/x", "oem:/x")]
    [InlineData("//h/x", "//h/x")]
    [InlineData("http://[fe80::1%25en0]:80/", "http://[fe80::1%25en0]:80/")]
    [InlineData("http://é.example/", "http://%C3%A9.example/")]
    [InlineData("http://h/#a!(b)*'", "http://h/#a!(b)*'")]
    [InlineData("http://h/#a!(b)*' ", "http://h/#a!(b)*%27%20")]
    [InlineData("*", "*")]
    [InlineData("", "")]
    [InlineData("a/b:c", "a/b:c")]
    public void ToString_of_a_parsed_url_is_normalised(string text, string expected)
    {
        var url = GoUrl.Parse(text, out var error);
        Assert.Null(error);
        Assert.Equal(expected, url!.ToString());
    }

    [Theory]
    [InlineData("http://h:80a/", "parse \"http://h:80a/\": invalid port \":80a\" after host")]
    [InlineData("http://[::1", "parse \"http://[::1\": missing ']' in host")]
    [InlineData("http://[::1]x", "parse \"http://[::1]x\": invalid port \"x\" after host")]
    [InlineData("http://h/%zz", "parse \"http://h/%zz\": invalid URL escape \"%zz\"")]
    [InlineData("http://h/%1", "parse \"http://h/%1\": invalid URL escape \"%1\"")]
    [InlineData("http://h%41/", "parse \"http://h%41/\": invalid URL escape \"%41\"")]
    [InlineData("http://a b/", "parse \"http://a b/\": invalid character \" \" in host name")]
    [InlineData(":x", "parse \":x\": missing protocol scheme")]
    [InlineData("1:x", "parse \"1:x\": first path segment in URL cannot contain colon")]
    [InlineData("http://h/\u0001", "parse \"http://h/\\x01\": net/url: invalid control character in URL")]
    [InlineData("http://u{@h/", "parse \"http://u{@h/\": net/url: invalid userinfo")]
    [InlineData("http://h/#%zz", "parse \"http://h/#%zz\": invalid URL escape \"%zz\"")]
    [InlineData("http://h:x/#frag", "parse \"http://h:x/\": invalid port \":x\" after host")]
    public void Parse_of_a_broken_url_gives_gos_message(string text, string expected)
    {
        Assert.Null(GoUrl.Parse(text, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void QueryValues_are_decoded_and_broken_items_passed_over()
    {
        var url = GoUrl.Parse("s3://b/k?versionId=a+b&x;y=1&versionId=%zz&versionId=", out _)!;
        Assert.Equal(["a b", ""], url.QueryValues("versionId"));
    }

    [Fact]
    public void Parse_of_random_bytes_never_throws()
    {
        var random = new Random(1);
        var alphabet = "http://[]%25@:?#é \u0001aZ09*\"<>".ToCharArray();
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string(random.GetItems(alphabet, random.Next(20)));
            var url = GoUrl.Parse(text, out var error);
            Assert.Equal(url is null, error is not null);
            _ = url?.ToString();
        }
    }
}
