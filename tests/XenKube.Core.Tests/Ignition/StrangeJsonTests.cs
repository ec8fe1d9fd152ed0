using System.Text;
using XenKube.Ignition.Comparing;
using XenKube.Ignition.Decompiling;
using XenKube.Ignition.Summaries;
using XenKube.Ignition.Validation;

namespace XenKube.Ignition;

/// <summary>JSON that the validator takes, or nearly, goes through everything that reads JSON, or ends in an error of XenKube.</summary>
public class StrangeJsonTests
{
    private static readonly string Deep = string.Concat(Enumerable.Repeat("[", 5000)) + string.Concat(Enumerable.Repeat("]", 5000));

    public static TheoryData<string> Members =>
    [
        "'passwd':{'users':[{'name':'a','name':'b'}]}",
        "'passwd':{'users':[{'name':'a'}]},'passwd':{'users':[{'name':'b'}]}",
        "'PASSWD':{'Users':[{'NAME':'a'}]}",
        "'passwd':{'users':[{'name':'m\u00fc'}]}",
        "'passwd':{'users':[{'name':'\\ud800'}]}",
        "'passwd':{'users':[{'name':'a\\udc00b','sshAuthorizedKeys':['\\ud800\\ud800']}]}",
        "'passwd':{'users':[{'name':'\\u0000'}]}",
        "'storage':{'files':[{'path':'/\\ud83d','contents':{'source':'data:,\\udfff'}}]}",
        "'storage':{'files':[{'path':'/a','mode':420,'mode':384}]}",
        "'storage':null",
        "'storage':{'files':null}",
        "'storage':{'files':[null]}",
        "'storage':{'files':[{}]}",
        "'storage':{'files':[{'path':'/a','mode':1e999}]}",
        "'storage':{'files':[{'path':'/a','mode':-0}]}",
        "'storage':{'files':[{'path':'/a','mode':9223372036854775807}]}",
        "'storage':{'files':[{'path':'/a','mode':99999999999999999999999999}]}",
        "'storage':{'files':[{'path':'/a','contents':{'compression':'gzip','source':'data:;base64,H4sI'}}]}",
        "'storage':{'files':[{'path':'/a','contents':{'compression':'gzip','source':'data:,text'}}]}",
        "'storage':{'files':[{'path':7,'contents':{'source':[]}}]}",
        "'storage':{'files':{},'disks':7}",
        "'unknown':1e999",
        "'unknown':" + Deep,
        "'':{'':''}",
        "'a\\ud800':1,'a\\ud801':2",
        "'systemd':{'units':[{'name':'a.service','enabled':true,'enabled':null,'contents':'\\u001b[2J'}]}",
    ];

    [Theory]
    [MemberData(nameof(Members))]
    public void Every_reader_takes_it_or_names_what_is_wrong(string members)
    {
        foreach (var version in IgnitionVersions.Names.Skip(1))
        {
            var text = $"{{\"ignition\":{{\"version\":\"{version}\"}},{members.Replace('\'', '"')}}}";
            // As UTF-8 and as Latin-1, which is not UTF-8 where a character is beyond ASCII.
            foreach (var json in new[] { Encoding.UTF8.GetBytes(text), Encoding.Latin1.GetBytes(text) })
            {
                Pass(() => IgnitionValidator.Validate(json), isAlways: true);
                Pass(() => IgnitionSummary.Read(json), isAlways: true);
                Pass(() => IgnitionConfig.FromJson(json).Users.ToString(), isAlways: true);
                Pass(() => IgnitionComparison.Compare(null, json).ToString(), isAlways: true);
                Pass(() => IgnitionComparison.Compare(json, """{"ignition":{"version":"3.4.0"}}"""u8.ToArray()).ToString(), isAlways: true);
                Pass(() => IgnitionDecompiler.Decompile(json), isAlways: false);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\uFEFF{}")]
    [InlineData("<html></html>")]
    [InlineData("{\"ignition\":{\"version\":\"3.3.0\"")]
    [InlineData("\0\0\0\0")]
    public void What_is_no_object_is_refused_with_its_place(string text)
    {
        var json = Encoding.UTF8.GetBytes(text);
        foreach (var read in new Action[]
        {
            () => IgnitionSummary.Read(json), () => IgnitionComparison.Compare(json, null), () => IgnitionDecompiler.Decompile(json),
        })
        {
            Assert.Equal("IgnitionVersionMissing", Assert.Throws<InvalidInputException>(read).ErrorId);
        }
    }

    private static void Pass(Func<object?> read, bool isAlways)
    {
        try
        {
            Assert.NotNull(read());
        }
        catch (XenKubeException) when (!isAlways)
        {
            // Named, with an id.
        }
    }
}
