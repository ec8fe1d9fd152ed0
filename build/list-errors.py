# Writes docs/errors.md out of the exceptions in the sources. Run it after adding an error.
import re,os,glob
root=os.path.join(os.path.dirname(os.path.abspath(__file__)),'..','')
pat=re.compile(r'(CorruptImage|ItemNotFound|ItemExists|ItemInUse|InvalidInput|OperationFailed)Exception(?: \w+\([^()]*\)\s*=>\s*new)?\(\s*"([A-Z][A-Za-z0-9]+)"(?=(.{0,500}))',re.S)
cat={'CorruptImage':'InvalidData','ItemNotFound':'ObjectNotFound','ItemExists':'ResourceExists','ItemInUse':'ResourceBusy','InvalidInput':'InvalidArgument','OperationFailed':'OperationStopped'}
ids={'UnsupportedFeature':['NotImplemented',{'FileSystems'},'a feature that is not supported, by its name']}
for f in sorted(glob.glob(root+'src/**/*.cs',recursive=True)):
    if '/obj/' in f: continue
    for k,i,rest in pat.findall(open(f).read()):
        area=os.path.relpath(f,root+'src').split('/')
        area=area[1] if area[0]=='XenKube.Core' and len(area)>2 else {'XenKube.Core':'Files','XenKube':'Module','XenKube.Cli':'Command line'}.get(area[0],area[0])
        m=re.findall(r'\$?"((?:[^"\\]|\\.)*)"',rest)
        m=[x for x in m if ' ' in x]
        text=re.sub(r'\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}','…',m[0]) if m else ''
        text=text.replace('|','\\|').replace('\\"','"')
        e=ids.setdefault(i,[cat[k],set(),''])
        e[1].add(area)
        if not e[2]: e[2]=text
    for noun in re.findall(r'new FileReadErrors\(\s*"(\w+)",\s*"(\w+)",\s*"(\w+)"(?:,\s*"([^"]+)")?',open(f).read()):
        area=os.path.relpath(f,root+'src').split('/')[1]
        for i,k,text in zip(noun,('ItemNotFound','OperationFailed','InvalidInput'),(f'there is no such {noun[3] or "file"}','it cannot be read, or is a directory','it is larger than what is read here, or not a regular file')):
            e=ids.setdefault(i,[cat[k],set(),text])
            e[1].add(area)
            if not e[2]: e[2]=text
out=['# Errors','','Every error of XenKube has a stable id, so that scripts can recognise it. In pwsh, `$_.FullyQualifiedErrorId` begins with the id, and','the category is the one below. The message names the file, the place and the reason; `$_.ErrorDetails.RecommendedAction` names the','remedy. `CorruptImage` and `UnsupportedFeature` name the structure and its place in the image.','','`build/list-errors.py` writes this list, and a test compares it with the sources. In pwsh, `Get-Help about_XenKube_Errors` shows it.','','| id | category | where | what is wrong, for example |','|---|---|---|---|']
for i in sorted(ids): out.append(f'| `{i}` | {ids[i][0]} | {", ".join(sorted(ids[i][1]))} | {ids[i][2]} |')
open(root+'docs/errors.md','w').write('\n'.join(out)+'\n')
print(len(ids))
