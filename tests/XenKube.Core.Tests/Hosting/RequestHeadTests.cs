using System.Text;
using XenKube.Hosting;

namespace XenKube.Tests.Hosting;

/// <summary>Heads of requests by RFC 9112: what is read, and that whatever is doubtful is refused.</summary>
public sealed class RequestHeadTests
{
    private static RequestHead? Parse(string text) => RequestHead.Parse(Encoding.Latin1.GetBytes(text));

    private static RequestHead Get(string target, params string[] fields) =>
        Parse($"GET {target} HTTP/1.1\r\nHost: x\r\n{string.Concat(fields.Select(field => field + "\r\n"))}\r\n")!;

    [Theory]
    [InlineData("HTTP/1.1", true)]
    [InlineData("HTTP/1.0", false)]
    public void Request_line_is_read(string version, bool isHttp11)
    {
        var head = Parse($"HEAD /a?b {version}\r\nHost: x\r\n\r\n")!;
        Assert.Equal(("HEAD", "/a?b", "/a", isHttp11), (head.Method, head.Target, head.Path, head.IsHttp11));
    }

    [Theory]
    [InlineData("GET /a HTTP/1.2\r\nHost: x\r\n\r\n")]
    [InlineData("GET /a http/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /a\r\nHost: x\r\n\r\n")]
    [InlineData("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET  HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData(" /a HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("G(T /a HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nhOST: y\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\ncontent-length: 0\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\n: no name\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nA : c\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nA: \u007f\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nA: \u001f\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nA: b\r")]
    public void What_is_doubtful_is_not_a_request(string text) => Assert.Null(Parse(text));

    [Theory]
    [InlineData("GET /a HTTP/1.0\n\n")]
    [InlineData("GET /a HTTP/1.1\nHost: x\n\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost:\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nA:\tb\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\n!#$%&'*+-.^_`|~09azAZ: \u00e9\r\n\r\n")]
    public void What_is_only_unusual_is_a_request(string text) => Assert.Equal("/a", Parse(text)!.Path);

    [Fact]
    public void Fields_are_found_in_any_case_and_joined_if_there_are_several()
    {
        var head = Get("/a", "X-Field: \t one  ", "If-None-Match: \"a\"", "if-none-match: \"b\"");
        Assert.Equal(("one", "\"a\", \"b\"", "x", null), (head["x-fIELD"], head["If-None-Match"], head["Host"], head["Other"]));
    }

    [Theory]
    [InlineData("HTTP/1.1", "", true)]
    [InlineData("HTTP/1.1", "Connection: close\r\n", false)]
    [InlineData("HTTP/1.1", "Connection: upgrade , CLOSE\r\n", false)]
    [InlineData("HTTP/1.1", "Connection: closed\r\n", true)]
    [InlineData("HTTP/1.0", "", false)]
    [InlineData("HTTP/1.0", "Connection: keep-alive\r\n", true)]
    [InlineData("HTTP/1.0", "Connection: Keep-Alive,x\r\n", true)]
    [InlineData("HTTP/1.0", "Connection: close\r\n", false)]
    public void Connection_is_kept_as_the_version_and_the_field_say(string version, string field, bool isKept) =>
        Assert.Equal(isKept, Parse($"GET / {version}\r\nHost: x\r\n{field}\r\n")!.KeepAlive);

    [Theory]
    [InlineData("A: b", false)]
    [InlineData("Content-Length: 0", false)]
    [InlineData("Content-Length: 1", true)]
    [InlineData("Content-Length: 00", true)]
    [InlineData("Transfer-Encoding: chunked", true)]
    [InlineData("transfer-encoding: identity", true)]
    public void Content_after_the_head_is_told(string field, bool hasContent) => Assert.Equal(hasContent, Get("/a", field).HasContent);

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a/b.json", "/a/b.json")]
    [InlineData("/a%20b", "/a b")]
    [InlineData("/a+b", "/a+b")]
    [InlineData("/%61%2F%2f", "/a/")]
    [InlineData("//a///b", "/a/b")]
    [InlineData("///", "/")]
    [InlineData("/./a/./b/.", "/a/b/")]
    [InlineData("/a/../b", "/b")]
    [InlineData("/a/%2e%2E/b", "/b")]
    [InlineData("/a//../b", "/b")]
    [InlineData("/a/..", "/")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/..a/...", "/..a/...")]
    [InlineData("/a%3Fb%23c", "/a?b#c")]
    [InlineData("/%C3%A9", "/é")]
    [InlineData("/%2561", "/%61")]
    [InlineData("/a?b=/c", "/a")]
    [InlineData("/a#b?c", "/a")]
    [InlineData("/?", "/")]
    [InlineData("http://host/a", "/a")]
    [InlineData("HTTP://host:80/a?b", "/a")]
    [InlineData("http://host", "/")]
    [InlineData("http://", "/")]
    public void Path_is_decoded_once(string target, string path) => Assert.Equal(path, Get(target).Path);

    [Theory]
    [InlineData("*")]
    [InlineData("a")]
    [InlineData("?a")]
    [InlineData("https://host/a")]
    [InlineData("/%")]
    [InlineData("/%4")]
    [InlineData("/%4g")]
    [InlineData("/%g4")]
    [InlineData("/%00")]
    [InlineData("/%1f")]
    [InlineData("/%7f")]
    [InlineData("/%0a")]
    [InlineData("/a\\b")]
    [InlineData("/a%5cb")]
    [InlineData("/..")]
    [InlineData("/../a")]
    [InlineData("/a/../../a")]
    [InlineData("/%2e%2e%2fa")]
    [InlineData("//../a")]
    public void Target_that_cannot_be_a_file_has_no_path(string target) => Assert.Null(Get(target).Path);

    [Fact]
    public void Path_longer_than_any_file_name_is_none()
    {
        Assert.Equal(4096, Get("/" + new string('a', 4095)).Path!.Length);
        Assert.Null(Get("/" + new string('a', 4096)).Path);
    }
}
