using System.Text;
using System.Text.Json;
using XenKube.Guests;
using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

/// <summary>Our reading of configurations, held against recorded verdicts of the library inside xl.</summary>
public class XenConfigParserTests
{
    [Fact]
    public void Every_text_is_judged_and_read_as_libxlutil_does()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Project.Tests("fixtures", "xl-config", "cases.json")));
        var count = 0;
        foreach (var item in document.RootElement.EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            var accepted = item.GetProperty("accepted").GetBoolean();
            XenGuestConfig? config = null;
            try
            {
                config = XenGuestConfig.Parse(Encoding.Latin1.GetBytes(text));
                // libxlutil looks at += while it reads, we when a key is asked for.
                _ = config.Get("a");
            }
            catch (InvalidInputException)
            {
                config = null;
            }
            if (accepted && config is null && text.Contains("'\\1", StringComparison.Ordinal))
            {
                // An octal escape, which libxlutil silently takes for the end of the string.
                continue;
            }
            Assert.True(accepted == config is not null, $"{JsonSerializer.Serialize(text)}: libxlutil {(accepted ? "reads" : "refuses")} it");
            foreach (var value in item.GetProperty("values").EnumerateObject())
            {
                var ours = config!.Get(value.Name)!;
                string?[] expected = value.Value.ValueKind == JsonValueKind.Array ? [.. value.Value.EnumerateArray().Select(entry => entry.GetString())] : [value.Value.GetString()];
                IEnumerable<XenConfigValue> values = ours.Kind == XenConfigValueKind.List ? ours.Items : [ours];
                Assert.Equal(expected.Select(Utf8), values.Select(entry => entry.Kind == XenConfigValueKind.List ? null : entry.Text));
            }
            count++;
        }
        Assert.True(count > 80);
    }

    private static string? Utf8(string? latin1) => latin1 is null ? null : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(latin1));
}
