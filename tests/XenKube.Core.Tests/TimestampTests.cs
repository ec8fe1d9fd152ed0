using System.Net;
using XenKube.Hosting;

namespace XenKube.Tests;

public sealed class TimestampTests
{
    private static readonly DateTime Utc = new(2017, 11, 30, 11, 44, 57, DateTimeKind.Utc);

    [Fact]
    public void Moments_are_written_in_the_order_of_iso_8601()
    {
        Assert.Equal(("2017-11-30", "2017-11-30 11:44", "2017-11-30 11:44:57", "11:44:57"), (Timestamp.Day(Utc), Timestamp.Minute(Utc), Timestamp.Second(Utc), Timestamp.Clock(Utc)));
        Assert.Equal("2017-11-30 17:14:57 +05:30", Timestamp.Second(new DateTimeOffset(Utc).ToOffset(new TimeSpan(5, 30, 0))));
    }

    [Theory]
    [InlineData(0, "30/Nov/2017:11:44:57 +0000")]
    [InlineData(330, "30/Nov/2017:17:14:57 +0530")]
    [InlineData(-210, "30/Nov/2017:08:14:57 -0330")]
    public void Requests_line_has_the_offset_to_the_minute_and_is_read_back(int minutes, string text)
    {
        var request = new IgnitionRequest(new DateTimeOffset(Utc).ToOffset(TimeSpan.FromMinutes(minutes)), IPAddress.Loopback, "GET", "/etcd/node-1.json", 200, 326, TimeSpan.Zero, "Ignition/0.23.0", true);
        Assert.Contains($"[{text}]", request.ToString(), StringComparison.Ordinal);
        Assert.Equal(request.Time, NginxAccessLog.Parse($"192.168.100.11 - - [{text}] \"GET /etcd/node-1.json HTTP/1.1\" 200 326 \"-\" \"Ignition/0.23.0\"")?.Time);
    }
}
