using System.Text;
using XenKube.Ignition.Validation;

namespace XenKube.Tests.Ignition.Validation;

/// <summary>The rules of generation 2, row by row: what is said, and since which version.</summary>
public sealed class Generation2RuleTests
{
    private const string Unset = "warning permissions unset, defaulting to 0000";
    private const string Guid = "error doesn't match the form \"01234567-89AB-CDEF-EDCB-A98765432101\"";

    [Theory]
    // Nodes
    [InlineData("2.1.0", "'storage':{'links':[{'path':'/a'}]}", "error no filesystem specified")]
    [InlineData("2.1.0", "'storage':{'directories':[{'filesystem':'root','path':'a','mode':-1}]}", "error path not absolute|error illegal file mode")]
    [InlineData("2.2.0", "'storage':{'directories':[{'filesystem':'root','path':'/a'}]}", Unset)]
    [InlineData("2.1.0", "'storage':{'directories':[{'filesystem':'root','path':'/a'}]}", "")]
    [InlineData("2.2.0", "'storage':{'files':[{'filesystem':'root','path':'a','append':true,'overwrite':true}]}", "error cannot set both append and overwrite to true")]
    [InlineData("2.1.0", "'storage':{'files':[{'filesystem':'root','path':'/a','user':{'id':0,'name':'x'}}]}", "error cannot set both id and name")]
    [InlineData("2.2.0", "'storage':{'files':[{'filesystem':'root','path':'/a','mode':0,'contents':{'source':'ftp://x'}}]}", "error invalid url scheme")]
    [InlineData("2.3.0", "'storage':{'files':[{'filesystem':'root','path':'/a','mode':0,'contents':{'source':'ftp://\\\"x'}}]}", "error invalid url \"ftp://\\\"x\": invalid url scheme")]
    [InlineData("2.1.0", "'storage':{'files':[{'filesystem':'root','path':'/a','contents':{'source':'http://[x','compression':'x'}}]}", "error invalid compression method|error unable to parse url")]
    [InlineData("2.0.0", "'storage':{'files':[{'path':'a'}]}", "error no filesystem specified")]
    [InlineData("2.0.0", "'storage':{'files':[{'filesystem':'root','path':'a','mode':4096,'contents':{'source':'s3://b/k','compression':'x','verification':{'hash':'sha1-x'}}}]}", "error path not absolute|error invalid compression method|error invalid url scheme|error unrecognized hash function|error illegal file mode")]
    [InlineData("2.1.0", "'storage':{'files':[{'filesystem':'root','path':'/a','contents':{'source':'s3://b/k?versionId='}}]}", "error invalid S3 object VersionId")]
    [InlineData("2.1.0", "'storage':{'files':[{'filesystem':'d','path':'/a'}],'filesystems':[{'name':'d','path':'/x'},{'name':'d','path':'/y'},{'name':'root','path':'/z'}]}", "warning Filesystem \"d\" shadows exising filesystem definition|warning Filesystem \"root\" shadows exising filesystem definition")]
    // Disks
    [InlineData("2.1.0", "'storage':{'disks':[{'device':'/d','partitions':[{'number':1},{'number':1},{'number':0},{'number':0}]}]}", "error partition numbers collide")]
    [InlineData("2.1.0", "'storage':{'disks':[{'device':'/d','partitions':[{'start':2048,'size':2048},{'start':2048,'size':4096}]}]}", "error partitions overlap")]
    [InlineData("2.3.0", "'storage':{'disks':[{'device':'/d','partitions':[{'number':1,'start':2048,'size':1},{'number':2,'start':2048}]}]}", "deprecated size is deprecated; use sizeMB instead|deprecated start is deprecated; use startMB instead|deprecated start is deprecated; use startMB instead")]
    [InlineData("2.3.0", "'storage':{'disks':[{'device':'/d','partitions':[{'number':1,'start':2048,'size':1},{'number':1,'start':2048,'size':1}]}]}", "error partition numbers collide|error partitions overlap|deprecated size is deprecated; use sizeMB instead|deprecated start is deprecated; use startMB instead|deprecated size is deprecated; use sizeMB instead|deprecated start is deprecated; use startMB instead")]
    [InlineData("2.1.0", "'storage':{'disks':[{'device':'/d','partitions':[{'start':1}]}]}", "error partitions misaligned")]
    [InlineData("2.1.0", "'storage':{'disks':[{'device':'/d','partitions':[{'label':'a:ééééééééééééééééééé','guid':'x','typeGuid':'y'}]}]}", Guid + "|error partition labels may not exceed 36 characters|warning partition label will be truncated to text before the colon|" + Guid)]
    [InlineData("2.0.0", "'storage':{'disks':[{'device':'d','partitions':[{'label':'a:ééééééééééééééééééé','typeGuid':'y'}]}]}", "error path not absolute|error partition labels may not exceed 36 characters|" + Guid)]
    // Arrays
    [InlineData("2.1.0", "'storage':{'raid':[{'level':'raid0','spares':1,'devices':['a','/b','c']}]}", "error path not absolute|error path not absolute|error spares unsupported for arrays with a level greater than 0")]
    [InlineData("2.1.0", "'storage':{'raid':[{}]}", "error unrecognized raid level")]
    [InlineData("2.0.0", "'storage':{'raid':[{'level':'x','devices':['a']}]}", "error unrecognized raid level")]
    // File systems
    [InlineData("2.1.0", "'storage':{'filesystems':[{'name':'a'},{'name':'b','path':'/p','mount':{'device':'/d','format':'ext4'}}]}", "error filesystem is missing mount or path|error filesystem has both mount and path defined")]
    [InlineData("2.2.0", "'storage':{'filesystems':[{'name':'a','path':'p'}]}", "error path not absolute")]
    [InlineData("2.3.0", "'storage':{'filesystems':[{'name':'a','path':''}]}", "error filesystem \"a\": path not absolute")]
    [InlineData("2.1.0", "'storage':{'filesystems':[{'name':'a','mount':{'device':'d','format':'none','label':'l'}}]}", "error invalid filesystem format")]
    [InlineData("2.1.0", "'storage':{'filesystems':[{'name':'a','mount':{'device':'d','format':'vfat','label':'twelveletter'}}]}", "error path not absolute|error filesystem labels cannot be longer than 11 characters when using vfat")]
    [InlineData("2.1.0", "'storage':{'filesystems':[{'name':'a','mount':{'device':'/d','format':'ext4','create':{},'wipeFilesystem':true,'options':['x']}}]}", "error cannot use both create object and wipeFilesystem field|error cannot use both create object and mount-level options field|warning the create object has been deprecated in favor of mount-level options")]
    [InlineData("2.0.0", "'storage':{'filesystems':[{'name':'a','mount':{'device':'d','format':'vfat'}}]}", "error path not absolute|error invalid filesystem format")]
    // Accounts
    [InlineData("2.1.0", "'passwd':{'users':[{'name':'a','create':{},'gecos':'g','groups':['x'],'homeDir':'/h','noCreateHome':true,'noLogInit':true,'noUserGroup':true,'primaryGroup':'p','shell':'s','system':true,'uid':0}]}", "warning the create object has been deprecated in favor of user-level options|error cannot use both the create object and the user-level gecos field|error cannot use both the create object and the user-level groups field|error cannot use both the create object and the user-level homeDir field|error cannot use both the create object and the user-level noCreateHome field|error cannot use both the create object and the user-level noLogInit field|error cannot use both the create object and the user-level noUserGroup field|error cannot use both the create object and the user-level primaryGroup field|error cannot use both the create object and the user-level shell field|error cannot use both the create object and the user-level system field|error cannot use both the create object and the user-level uid field")]
    [InlineData("2.1.0", "'passwd':{'users':[{'name':'a'},{'name':'a'}]}", "")]
    // Units
    [InlineData("2.1.0", "'systemd':{'units':[{'name':'a.x','contents':'[A] b'}]}", "error invalid unit content: found garbage after section name : [98]|error invalid systemd unit extension")]
    [InlineData("2.0.0", "'systemd':{'units':[{'name':'a.x','contents':'[A'}]}", "error invalid unit content: unable to find end of section")]
    [InlineData("2.1.0", "'systemd':{'units':[{'name':'a.service','enabled':true,'contents':'no section'}]}", "")]
    [InlineData("2.1.0", "'systemd':{'units':[{'name':'a.service','dropins':[{'name':'x','contents':'[A'}]}]}", "error invalid unit content: unable to find end of section|error invalid systemd drop-in extension")]
    [InlineData("2.0.0", "'systemd':{'units':[{'name':'a.service','dropins':[{'name':'.conf'},{'name':'x'}]}]}", "error invalid systemd drop-in extension")]
    [InlineData("2.2.0", "'networkd':{'units':[{'name':'a','dropins':[{'name':'b'}]}]}", "error invalid networkd unit extension")]
    [InlineData("2.2.0", "'networkd':{'units':[{'name':'a.link','dropins':[{'name':'b'}]}]}", "error invalid networkd drop-in extension")]
    [InlineData("2.1.0", "'networkd':{'units':[{'name':'a.link','dropins':[]}]}", "warning Config has unrecognized key: dropins")]
    // References
    [InlineData("2.4.0", "'ignition':{'config':{'replace':{'source':'http://h','httpHeaders':[{'name':'A'},{'name':'A'},{}]}}}", "error Found duplicate HTTP header: \"A\"|error HTTP header name can't be empty")]
    [InlineData("2.3.0", "'ignition':{'security':{'tls':{'certificateAuthorities':[{'source':'x'}]}}}", "error invalid url scheme|warning Config has unrecognized key: tls")]
    [InlineData("2.2.0", "'ignition':{'security':{'tls':{'certificateAuthorities':[{'source':'x'}]}}}", "error invalid url scheme")]
    [InlineData("2.1.0", "'ignition':{'security':{}}", "warning Config has unrecognized key: security")]
    [InlineData("2.0.0", "'ignition':{'timeouts':{}}", "warning Config has unrecognized key: timeouts")]
    [InlineData("2.1.0", "'ignition':{'config':{'append':[{'source':'DATA:,x'}]}}", "error missing data prefix")]
    [InlineData("2.0.0", "'ignition':{'config':{'append':[{'source':'DATA:,x'}]}}", "")]
    public void Rule_gives_its_entries(string version, string body, string expected)
    {
        var inner = body.StartsWith("'ignition':{", StringComparison.Ordinal)
            ? $"{{'ignition':{{'version':'{version}',{body["'ignition':{".Length..]}}}"
            : $"{{'ignition':{{'version':'{version}'}},{body}}}";
        var validation = IgnitionValidator.Validate(Encoding.UTF8.GetBytes(inner.Replace('\'', '"')), 2);
        Assert.Equal(expected.Length == 0 ? [] : expected.Split('|'), validation.Entries.Select(entry => $"{entry.KindText} {entry.Message}"));
    }

    [Theory]
    [InlineData("'storage':{'disks':[{'device':'/d','partitions':[{'number':0},{'number':0}]}]}", "error partition numbers collide")]
    [InlineData("'storage':{'disks':[{'device':'/d','partitions':[{'typeGuid':'x'}]}]}", "error partition type-guid must have the form \"01234567-89AB-CDEF-EDCB-A98765432101\", got: \"x\"")]
    [InlineData("'storage':{'filesystems':[{'device':'d','format':'swap','files':[{'path':'p','mode':4096}]}]}", "error path not absolute|error invalid filesystem format|error path not absolute|error illegal file mode")]
    [InlineData("'systemd':{'units':[{'name':'a.service','contents':'[A'}]}", "deprecated config format deprecated")]
    [InlineData("'ignition':{'version':'1.0.0'}", "warning Config has unrecognized key: ignition|deprecated config format deprecated")]
    public void Format_of_2014_has_rules_of_its_own(string body, string expected)
    {
        var validation = IgnitionValidator.Validate(Encoding.UTF8.GetBytes($"{{'ignitionVersion':1,{body}}}".Replace('\'', '"')));
        Assert.Equal(expected.Split('|'), validation.Entries.Select(entry => $"{entry.KindText} {entry.Message}"));
    }
}
