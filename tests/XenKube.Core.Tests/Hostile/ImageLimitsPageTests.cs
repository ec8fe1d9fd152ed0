using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using XenKube.Devices;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hostile;

public sealed class ImageLimitsPageTests
{
    [Fact]
    public void Page_of_promises_has_every_limit_with_its_value()
    {
        var page = File.ReadAllText(Path.Combine(Project.Root, "docs", "promise.md"));
        var rows = Regex.Matches(page, @"(?m)^\| `(\w+)` \| ([\d,]+)(?: (GiB|MiB|bytes))? \|").ToDictionary(row => row.Groups[1].Value, Value);
        var limits = typeof(ImageLimits).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral)
            .ToDictionary(field => field.Name, field => Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture));
        Assert.NotEmpty(limits);
        Assert.Equal(limits.OrderBy(limit => limit.Key, StringComparer.Ordinal), rows.Where(row => limits.ContainsKey(row.Key)).OrderBy(row => row.Key, StringComparer.Ordinal));
    }

    private static long Value(Match row) => long.Parse(row.Groups[2].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) * row.Groups[3].Value switch
    {
        "GiB" => 1L << 30,
        "MiB" => 1L << 20,
        _ => 1,
    };
}
