using System.Text;
using System.Text.Json;
using XenKube.Ignition;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Generation3;
using XenKube.Ignition.Validation;
using XenKube.Tests.Support;

namespace XenKube.Tests.Ignition.Validation;

public sealed class IgnitionValidatorTests
{
    [Theory]
    [InlineData("", "unexpected end of JSON input")]
    [InlineData(" ", "unexpected end of JSON input")]
    [InlineData("{'a'", "unexpected end of JSON input")]
    [InlineData("{'a':tru", "invalid character ' ' in literal true (expecting 'e')")]
    [InlineData("-", "invalid character ' ' in numeric literal")]
    [InlineData("{a", "invalid character 'a' looking for beginning of object key string")]
    [InlineData("{'a' 1}", "invalid character '1' after object key")]
    [InlineData("{'a':1 2}", "invalid character '2' after object key:value pair")]
    [InlineData("{'a':1,}", "invalid character '}' looking for beginning of object key string")]
    [InlineData("[1 2]", "invalid character '2' after array element")]
    [InlineData("[1,]", "invalid character ']' looking for beginning of value")]
    [InlineData("{} x", "invalid character 'x' after top-level value")]
    [InlineData("'x' 1", "invalid character '1' after top-level value")]
    [InlineData("nul", "invalid character ' ' in literal null (expecting 'l')")]
    [InlineData("tRue", "invalid character 'R' in literal true (expecting 'r')")]
    [InlineData("['\\x']", "invalid character 'x' in string escape code")]
    [InlineData("['\\u12g4']", "invalid character 'g' in \\u hexadecimal character escape")]
    [InlineData("['\u0001']", "invalid character '\\x01' in string literal")]
    [InlineData("01", "invalid character '1' after top-level value")]
    [InlineData("[1.]", "invalid character ']' after decimal point in numeric literal")]
    [InlineData("[1e+]", "invalid character ']' in exponent of numeric literal")]
    [InlineData("[--1]", "invalid character '-' in numeric literal")]
    [InlineData("[']", "unexpected end of JSON input")]
    [InlineData("[`", "invalid character '`' looking for beginning of value")]
    [InlineData("\ufeff{}", "invalid character 'ï' looking for beginning of value")]
    public void Syntax_error_is_gos(string text, string expected)
    {
        var json = Encoding.UTF8.GetBytes(text.Replace('\'', '"'));
        var expectedEntry = json.Length == 0 ? "not a config (empty)" : expected;
        Assert.Equal(expectedEntry, Assert.Single(IgnitionValidator.Validate(json, 3).Entries).Message);
        Assert.Equal(expectedEntry, Assert.Single(IgnitionValidator.Validate(json, 2).Entries).Message);
    }

    [Fact]
    public void Quote_as_offending_character_is_shown_as_gos()
    {
        Assert.Equal("invalid character '\\'' looking for beginning of value", IgnitionValidator.Validate("'"u8, 3).Entries[0].Message);
        Assert.Equal("invalid character '\"' after top-level value", IgnitionValidator.Validate("1\""u8, 3).Entries[0].Message);
    }

    [Theory]
    [InlineData("{'storage':{'files':[{'path':'/a','mode':'0644'}]}}", "cannot use string as storage.files.0.mode: a whole number expected")]
    [InlineData("{'storage':{'files':[{'path':'/a','mode':420.0}]}}", "cannot use number 420.0 as storage.files.0.mode: a whole number expected")]
    [InlineData("{'storage':{'files':[{'path':'/a','mode':4.2e2}]}}", "cannot use number 4.2e2 as storage.files.0.mode: a whole number expected")]
    [InlineData("{'storage':{'files':[{'path':'/a','mode':9223372036854775808}]}}", "cannot use number 9223372036854775808 as storage.files.0.mode: a whole number expected")]
    [InlineData("{'storage':{'files':{}}}", "cannot use object as storage.files: a list expected")]
    [InlineData("{'storage':[]}", "cannot use array as storage: an object expected")]
    [InlineData("{'systemd':{'units':[{'enabled':'yes'}]}}", "cannot use string as systemd.units.0.enabled: true or false expected")]
    [InlineData("{'PASSWD':{'Users':[{'NAME':7}]}}", "cannot use number 7 as passwd.users.0.name: a string expected")]
    public void Wrong_type_names_the_place(string body, string expected)
    {
        foreach (var version in (ReadOnlySpan<string>)["2.2.0", "3.4.0"])
        {
            var head = $"{{'ignition':{{'version':'{version}'}},{body[1..]}";
            var validation = IgnitionValidator.Validate(Encoding.UTF8.GetBytes(head.Replace('\'', '"')), null, Generation3Release.Ignition2162);
            Assert.False(validation.IsValid);
            Assert.Equal(expected, Assert.Single(validation.Entries).Message);
        }
    }

    [Theory]
    [InlineData("2.1.0", null, 2, true)]
    [InlineData("02.1.0", null, 2, true)]
    [InlineData("2.5.0-experimental", null, 2, true)]
    [InlineData("2.5.0", null, 2, false)]
    [InlineData("2.1.0-dev", null, 2, false)]
    [InlineData("3.0.0", null, 3, true)]
    [InlineData("3.5.0-experimental", null, 3, false)]
    [InlineData("3.5.0", null, 3, true)]
    [InlineData("3.6.0", null, 3, true)]
    [InlineData("3.7.0-experimental", null, 3, true)]
    [InlineData("3.7.0", null, 3, false)]
    [InlineData(" 3.4.0", null, 3, false)]
    [InlineData("3.4.0", 2, 2, false)]
    [InlineData("2.1.0", 3, 3, false)]
    [InlineData("4.0.0", null, 3, false)]
    public void Version_decides(string version, int? generation, int expected, bool isValid)
    {
        var validation = IgnitionValidator.Validate(Encoding.UTF8.GetBytes($"{{\"ignition\":{{\"version\":\"{version}\"}}}}"), generation);
        Assert.Equal((expected, isValid), (validation.Generation, validation.IsValid));
    }

    [Fact]
    public void Unknown_generation_is_refused() =>
        Assert.Equal("GenerationUnknown", Assert.Throws<InvalidInputException>(() => IgnitionValidator.Validate("{}"u8, 1)).ErrorId);

    [Fact]
    public void Cloud_config_is_named_packed_too()
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write("#cloud-config \t\nx: y\n"u8);
        }
        var validation = IgnitionValidator.Validate(packed.ToArray(), 2);
        Assert.Equal("couldn't parse config: not a config (found coreos-cloudconfig)\n", validation.ToString());
    }

    [Fact]
    public void Json_of_a_validation_has_its_entries()
    {
        var validation = IgnitionValidator.Validate("{\"ignition\":{\"version\":\"3.4.0\"},\"storage\":{\"files\":[{\"path\":\"a\"}]},\"x\":1}"u8);
        using var json = JsonDocument.Parse(validation.ToJson());
        Assert.False(json.RootElement.GetProperty("valid").GetBoolean());
        Assert.Equal(
            [("error", "storage.files.0.path", 1, 61, "path not absolute"), ("warning", "x", 1, 68, "unused key x")],
            json.RootElement.GetProperty("entries").EnumerateArray().Select(entry => (
                entry.GetProperty("kind").GetString()!,
                entry.GetProperty("path").GetString()!,
                entry.GetProperty("line").GetInt32(),
                entry.GetProperty("column").GetInt32(),
                entry.GetProperty("message").GetString()!)));
    }

    [Theory]
    [InlineData("{'ignition':{'version':'3.4.0'},'storage':{'files':[{'path':'/a','mode':1}],'files':[{'path':'/b'}]}}", 0)]
    [InlineData("{'ignition':{'version':'3.4.0'},'storage':{'files':[{'path':'x'}]},'storage':{'links':[]}}", 1)]
    [InlineData("{'ignition':{'version':'3.4.0'},'ſtorage':{'files':[{'path':'x'}]}}", 2)]
    public void Repeated_and_folded_keys_are_read_as_go_reads_them(string json, int entries) =>
        Assert.Equal(entries, IgnitionValidator.Validate(Encoding.UTF8.GetBytes(json.Replace('\'', '"'))).Entries.Count);

    [Fact]
    public void Broken_utf8_and_lone_surrogates_are_replaced()
    {
        byte[] json = [.. "{\"ignition\":{\"version\":\"3.4.0\"},\"passwd\":{\"users\":[{\"name\":\"a"u8, 0xff, 0xfe, .. "\"},{\"name\":\"a\\ud800\\ud800\"}]}}"u8];
        Assert.Equal("duplicate entry defined", Assert.Single(IgnitionValidator.Validate(json).Entries).Message);
    }

    /// <summary>Every cut and every flipped bit gives a verdict and never an exception.</summary>
    [Fact]
    public void Damaged_configs_get_a_verdict()
    {
        var random = new Random(6);
        foreach (var name in (ReadOnlySpan<string>)["v340-every-section", "v200-every-section", "v240-headers-and-proxy", "v3-duplicate-keys", "v2-keys-in-other-case"])
        {
            var json = File.ReadAllBytes(Project.Tests("corpus", "ignition-json", name, "input.json"));
            for (var length = 0; length < json.Length; length += 3)
            {
                Check(json.AsSpan(0, length));
            }
            for (var i = 0; i < 500; i++)
            {
                var flipped = json.ToArray();
                for (var n = random.Next(3); n >= 0; n--)
                {
                    flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
                }
                Check(flipped);
            }
        }

        static void Check(ReadOnlySpan<byte> json)
        {
            foreach (var generation in (ReadOnlySpan<int>)[2, 3])
            {
                var validation = IgnitionValidator.Validate(json, generation);
                Assert.Equal(validation.IsValid, validation.Entries.All(entry => entry.Kind != ReportKind.Error));
                Assert.Equal(validation.Entries.Count == 0, validation.ToString().Length == 0);
            }
        }
    }

    [Fact]
    public void Nesting_of_any_depth_is_refused_without_a_stack()
    {
        var json = Encoding.ASCII.GetBytes(new string('[', 1_000_000));
        Assert.Equal("invalid character '[' exceeded max depth", Assert.Single(IgnitionValidator.Validate(json, 2).Entries).Message);
        var allowed = Encoding.ASCII.GetBytes("{\"ignition\":{\"version\":\"3.4.0\"},\"x\":" + new string('[', 9_999) + new string(']', 9_999) + "}");
        Assert.True(IgnitionValidator.Validate(allowed).IsValid);
    }

    [Fact]
    public void Many_partitions_and_links_are_no_quadratic_work()
    {
        var partitions = string.Join(',', Enumerable.Range(1, 50_000).Select(i => $"{{\"number\":{i},\"startMiB\":{i},\"sizeMiB\":1}}"));
        var links = string.Join(',', Enumerable.Range(1, 20_000).Select(i => $"{{\"path\":\"/l{i}\",\"target\":\"/t\"}}"));
        var files = string.Join(',', Enumerable.Range(1, 20_000).Select(i => $"{{\"path\":\"/l{i}/f\"}}"));
        var json = $"{{\"ignition\":{{\"version\":\"3.4.0\"}},\"storage\":{{\"disks\":[{{\"device\":\"/d\",\"partitions\":[{partitions}]}}],\"links\":[{links}],\"files\":[{files}]}}}}";
        Assert.Equal(20_000, IgnitionValidator.Validate(Encoding.UTF8.GetBytes(json)).Entries.Count);
    }

    // Where even the format of 2014 has a wrong type, the newest version's first wrong type counts; a number ends the reading.
    [Theory]
    [InlineData("{'ignition': {'timeouts': 'x', 'version': '2.0.0'}, 'storage': ''}", 29)]
    [InlineData("{'ignition': 1.5, 'passwd': {'users': '0644'}}", 16)]
    [InlineData("{'ignition': {'version': '2.2.0'}, 'passwd': {'users': [{}, [[]]]}, 'storage': -1}", 81)]
    [InlineData("{'ignition': {'config': '', 'version': '2.1.0'}, 'systemd': 1.5}", 63)]
    [InlineData("{'ignition': {'config': '', 'version': '2.1.0'}, 'systemd': true}", 26)]
    [InlineData("{'ignition': {}, 'systemd': {'units': [{'dropins': [7], 'enable': [[]]}]}}", 53)]
    public void Wrong_type_in_generation_2_is_reported_where_the_reference_sees_it(string text, int column)
    {
        var entry = Assert.Single(IgnitionValidator.Validate(Encoding.UTF8.GetBytes(text.Replace('\'', '"')), 2).Entries);
        Assert.Equal((ReportKind.Error, 1, column), (entry.Kind, entry.Line, entry.Column));
    }

    [Theory]
    [InlineData("""{"ignition":{"version":"3.3.0"},"storage":{"files":[{"path":"/b","mode":"0644"}]}}""", "3.3.0")]
    [InlineData("""{"ignition":{"version":"2.2.0"},"storage":{"files":[{"path":"/b","mode":"0644"}]}}""", "2.2.0")]
    [InlineData("""{"ignition":{"version":"3.6.0","timeouts":7}}""", "3.6.0")]
    [InlineData("""{"ignition":{"version":"9.9.9"}}""", "9.9.9")]
    public void Version_is_told_whatever_is_wrong(string json, string version)
    {
        var validation = IgnitionValidator.Validate(Encoding.UTF8.GetBytes(json));
        Assert.False(validation.IsValid);
        Assert.Equal(version, validation.Version);
    }
}
